// Verifies a signed redirect of Setuplinks. Node 18 or later, Deno, Bun, Cloudflare Workers: Web Crypto is all it needs.

const COVERED = [
  "business_account_id", "display_phone_number", "error_code", "iat", "phone_number_id",
  "provisioned_phone_number_id", "setup_link_id", "state", "status", "whatsapp_config_id",
];

/**
 * Gives the signed parameters of the URL that a customer landed on (whole, or path and query), or throws an Error that
 * says why it is not to be trusted.
 *
 * `secret` is the project's `redirect_secret` (`rdsec_…`), `tolerance` the age in seconds that a redirect may have.
 */
export async function verifyRedirect(url, secret, { now = Date.now() / 1000, tolerance = 300 } = {}) {
  const signed = new Map();
  for (const [name, value] of new URL(url, "https://localhost").searchParams) {
    if (name !== "sig" && !COVERED.includes(name)) continue;
    if (signed.has(name)) throw new Error("repeated");
    signed.set(name, value);
  }
  const signatures = signed.get("sig");
  const iat = signed.get("iat");
  signed.delete("sig");
  if (!signatures || !/^\d{1,12}$/.test(iat ?? "")) throw new Error("unsigned");

  const canonical = [...signed].map(([name, value]) => `${name}=${encode(value)}`).sort().join("&");
  if (!(await isSigned(canonical, signatures, secret))) throw new Error("forged");
  if (Math.abs(now - Number(iat)) > tolerance) throw new Error("stale");
  return Object.fromEntries(signed);
}

/** RFC 3986: everything but unreserved characters. */
function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Two signatures stand there for a day after the secret was rotated. Compares in constant time. */
async function isSigned(canonical, signatures, secret) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes(secret.slice("rdsec_".length)), algorithm, false, ["verify"]);
  const message = new TextEncoder().encode(canonical);
  for (const signature of signatures.split(" ")) {
    if (!/^v1,[A-Za-z0-9+/]{43}=$/.test(signature)) continue;
    if (await crypto.subtle.verify("HMAC", key, bytes(signature.slice(3)), message)) return true;
  }
  return false;
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
}
