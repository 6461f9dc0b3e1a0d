// Verifies deliveries as a receiver does: with the library of Standard Webhooks, and by hand after the published scheme.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

for (const { secret, headers, body } of JSON.parse(readFileSync(0, "utf8"))) {
  const raw = Buffer.from(body, "base64");
  const webhook = secret.startsWith("whsec_") ? new Webhook(secret) : new Webhook(secret, { format: "raw" });
  let standard = true;
  try {
    webhook.verify(raw, headers);
  } catch {
    standard = false;
  }
  const expected = Buffer.from(createHmac("sha256", secret).update(raw).digest("hex"));
  const given = Buffer.from(headers["x-webhook-signature"]);
  const published = given.length === expected.length && timingSafeEqual(given, expected);
  console.log(JSON.stringify({ standard, published }));
}
