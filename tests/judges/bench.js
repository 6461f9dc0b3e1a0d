// What a page costs, measured on `setuplinks demo`, whose words come in on stdin: ./bench page.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { CHROMIUM, FLAGS } from "./browser.js";
import { measure } from "./lighthouse.js";

const said = readFileSync(0, "utf8");
const [, links] = /POST (\S+setup_links)/.exec(said);
const [, key] = /X-API-Key: ([^']+)'/.exec(said);
const house = new URL(links).origin;

const api = async (method, url, fields) => {
  const headers = { "x-api-key": key, "content-type": "application/json" };
  const response = await fetch(url, { method, headers, body: JSON.stringify({ setup_link: fields }) });
  return (await response.json()).data;
};

const revoked = await api("POST", links, {});
await api("PATCH", `${links}/${revoked.id}`, { status: "revoked" });
const { url: setup } = await api("POST", links, {});

const pages = {
  "setup, en": [setup, "en"],
  "setup, ar": [setup, "ar"],
  "setup, hi": [setup, "hi"],
  "revoked, en": [revoked.url, "en"],
  "not found, en": [`${house}/whatsapp/setup/nothing`, "en"],
};

console.log("\nFirst visit, everything over the wire with its headers, in a browser without a cache:");
const chromium = await puppeteer.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true });
const rows = {};
for (const [name, [url, lang]] of Object.entries(pages)) rows[name] = await visit(url, lang);
rows["failed, en"] = await visit(await cancelled(), "en");
await chromium.close();
console.table(rows);

console.log("\nLighthouse, a phone on a slow network (simulated):");
const scores = {};
for (const [name, [url, lang]] of Object.entries(pages).slice(0, 3)) {
  const { scores: three, audits } = await measure(url, lang);
  const shown = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"];
  const times = shown.map((id) => [id, audits[id].displayValue.replaceAll("\u00a0", " ")]);
  scores[name] = Object.fromEntries([...three, ...times]);
}
console.table(scores);

console.log("\nThe server's time, eight connections for five seconds:");
for (const [name, url] of [["setup page", setup], ["page of a revoked link", revoked.url], ["not found", pages["not found, en"][0]]]) {
  for (const encoding of ["br", "gzip", "identity"]) {
    const wrk = ["-t1", "-c8", "-d5s", "--latency", "-H", `Accept-Encoding: ${encoding}`, url];
    const told = execFileSync("wrk", wrk, { encoding: "utf8" });
    const [, median] = /^\s+50%\s+(\S+)/m.exec(told);
    const [, slow] = /^\s+99%\s+(\S+)/m.exec(told);
    const [, perSecond] = /Requests\/sec:\s+(\S+)/.exec(told);
    console.log(`  ${name.padEnd(24)} ${encoding.padEnd(9)} ${perSecond.padStart(9)} a second, 50 % in ${median}, 99 % in ${slow}`);
  }
}

/** What comes over the wire when somebody opens an address for the first time. */
async function visit(url, lang) {
  const context = await chromium.createBrowserContext();
  const page = await context.newPage();
  await page.setExtraHTTPHeaders({ "accept-language": lang });
  await page.emulate({ viewport: { width: 390, height: 844, isMobile: true }, userAgent: await chromium.userAgent() });
  const cdp = await page.createCDPSession();
  await cdp.send("Network.enable");
  const sizes = new Map();
  const kinds = new Map();
  cdp.on("Network.responseReceived", ({ requestId, type, response }) => kinds.set(requestId, [type, response.headers]));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  await page.goto(url, { waitUntil: "networkidle0" });
  await context.close();
  const of = (wanted) => [...sizes].filter(([id]) => wanted(kinds.get(id)?.[0]));
  const sum = (some) => some.reduce((total, [, size]) => total + size, 0);
  const [[html]] = of((kind) => kind === "Document");
  return {
    requests: sizes.size,
    bytes: sum([...sizes]),
    html: sizes.get(html),
    script: sum(of((kind) => kind === "Script")),
    encoding: kinds.get(html)[1]["content-encoding"] ?? "identity",
  };
}

/** The address of a page that says that the customer left Facebook. */
async function cancelled() {
  const page = await (await chromium.createBrowserContext()).newPage();
  await page.goto(setup);
  await page.click("[data-testid=connection-type-dedicated]");
  await Promise.all([page.waitForNavigation(), page.click("[data-testid=continue-with-facebook]")]);
  await Promise.all([page.waitForNavigation(), page.click("[data-testid=sandbox-cancel]")]);
  return page.url();
}
