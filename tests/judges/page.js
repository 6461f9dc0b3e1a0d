// Puts every page in every state before every judge. ./check page starts it beside a real house:
// node page.js scene.json, with the scene as tests/browser/judges.rs writes it.
//
// ONLY=setup,failed-cancelled,ar narrows the states and the languages; JUDGES=nu,browser the judges.

import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inTheBrowser } from "./browser.js";
import { fetchAll } from "./fetch.js";
import { lighthouse } from "./lighthouse.js";
import { nu, htmlValidate } from "./markup.js";
import { csp } from "./policy.js";
import { Report } from "./report.js";

const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
const only = (process.env.ONLY ?? "").split(",").filter(Boolean);
const judges = (process.env.JUDGES ?? "").split(",").filter(Boolean);

const isLanguage = (word) => scene.languages.includes(word);
const states = only.filter((word) => !isLanguage(word));
const languages = only.some(isLanguage) ? only.filter(isLanguage) : scene.languages;
const views = scene.views.filter(({ name }) => states.length === 0 || states.includes(name));
if (views.length === 0) throw new Error(`there is no state ${states}: ${scene.views.map(({ name }) => name)}`);

// The stand-in Facebook speaks English alone, and nobody but us sees it: it is no page of the product.
const documents = views
  .filter(({ is_ours }) => is_ours)
  .flatMap((view) => languages.map((lang) => ({ ...view, lang })));

await swearIn();
const report = new Report();
await judge(documents, report, (name) => judges.length === 0 || judges.includes(name));
process.exitCode = report.print(documents) ? 0 : 1;

async function judge(documents, report, isWanted) {
  const folder = mkdtempSync(join(tmpdir(), "setuplinks-judges-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await fetchAll(documents, folder, report);
  const bench = {
    nu: () => nu(documents, folder, report),
    "html-validate": () => htmlValidate(documents, report),
    csp: () => csp(documents, report),
    browser: () => inTheBrowser(documents, report),
    lighthouse: () => lighthouse(documents, report),
  };
  for (const [name, ask] of Object.entries(bench)) {
    if (!isWanted(name)) continue;
    console.error(`-- ${name}`);
    await ask();
  }
}

/** A judge that finds nothing may be one that does not look: each is shown a page that is wrong in every way first. */
async function swearIn() {
  const html = readFileSync(new URL("broken.html", import.meta.url));
  const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": "script-src 'unsafe-inline'" };
  const server = createServer((_, response) => response.writeHead(200, headers).end(html)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/`;
  const broken = { name: "setup", page: "broken", status: 200, theme: "none", lang: "en", url };
  const report = new Report();
  await judge([broken], report, () => true);
  server.close();
  const judges = ["nu", "html-validate", "csp", "console", "browser", "axe", "HTML_CodeSniffer", "lighthouse"];
  const blind = judges.filter((name) => !report.accusers.has(name));
  if (blind.length > 0) throw new Error(`these judges do not look: ${blind.join(", ")}`);
}
