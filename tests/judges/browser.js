// The judges that need the page laid out: axe and HTML_CodeSniffer, in Debian's Chromium, on small and large screens, by
// day and by night. What the page says in the console, and what does not fit the screen, is a finding too.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const SNIFFER = readFileSync(require.resolve("@pa11y/html_codesniffer/build/HTMLCS.js"), "utf8");

export const CHROMIUM = "/usr/bin/chromium";
export const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--no-proxy-server",
  "--force-color-profile=srgb",
];

const WIDTHS = [320, 1280];
const SCHEMES = ["light", "dark"];

export async function inTheBrowser(documents, report) {
  const chromium = await puppeteer.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true });
  try {
    const queue = documents.values();
    let done = 0;
    const tab = async () => {
      const context = await chromium.createBrowserContext();
      const page = await context.newPage();
      const heard = [];
      page.on("console", (message) => heard.push(message.text()));
      page.on("pageerror", (error) => heard.push(String(error)));
      for (const document of queue) {
        heard.length = 0;
        await judge(page, document, report);
        // Chromium notes the status of an error's page in the console; such a status is meant.
        const said = heard.filter((text) => !text.includes(`status of ${document.status} `));
        for (const text of said) report.found("console", "silence", text, document, "");
        done += 1;
        if (done % 25 === 0) console.error(`   ${done} of ${documents.length}`);
      }
      await context.close();
    };
    await Promise.all([tab(), tab()]);
  } finally {
    await chromium.close();
  }
}

async function judge(page, document, report) {
  await page.setExtraHTTPHeaders({ "accept-language": document.lang });
  await page.setViewport({ width: WIDTHS[0], height: 640 });
  await page.goto(document.url, { waitUntil: "load" });
  if (document.press) {
    await page.evaluate(() => (document.forms[0].noValidate = true));
    await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.click(document.press)]);
  }
  const stands = await page.$eval("[data-page]", (main) => main.dataset.page);
  if (stands !== document.page) report.found("browser", "state", "the state is there", document, stands);
  await page.evaluate(AXE);
  await page.evaluate(SNIFFER);
  for (const width of WIDTHS) {
    for (const scheme of SCHEMES) {
      await page.setViewport({ width, height: 640 });
      await page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: scheme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      const how = ` at ${width} px, ${scheme}`;
      for (const { id, help, nodes } of await page.evaluate(axe)) report.found("axe", id, help, document, nodes, how);
      for (const { code, message, html } of await page.evaluate(sniff)) {
        report.found("HTML_CodeSniffer", code, message, document, html, how);
      }
      const wide = await page.evaluate(tooWide);
      if (wide) report.found("browser", "width", "nothing is wider than the screen", document, wide, how);
      report.looked("axe");
      report.looked("HTML_CodeSniffer");
    }
  }
}

// These run in the page.

async function axe() {
  const { violations } = await window.axe.run();
  return violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map(({ html, failureSummary }) => `${html}\n${failureSummary}`).join("\n"),
  }));
}

/** Errors and warnings of WCAG 2 AA. Its notices are questions to a person, asked of every page in the world. */
async function sniff() {
  const { HTMLCS } = window;
  await new Promise((resolve, reject) => HTMLCS.process("WCAG2AA", document, resolve, reject));
  return HTMLCS.getMessages()
    .filter(({ type }) => type === HTMLCS.ERROR || type === HTMLCS.WARNING)
    .map(({ code, msg, element }) => ({ code, message: msg, html: element?.outerHTML?.slice(0, 200) ?? "" }));
}

function tooWide() {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return null;
  const out = [...document.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth);
  return out.map((e) => e.outerHTML.slice(0, 80)).join("\n");
}
