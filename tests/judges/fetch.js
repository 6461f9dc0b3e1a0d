// Every document once over HTTP, as a browser without script gets it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Gives each document its `html`, its `policy` and the `file` it was written to. */
export async function fetchAll(documents, folder, report) {
  for (const [at, document] of documents.entries()) {
    const response = await get(document);
    document.html = await response.text();
    document.policy = response.headers.get("content-security-policy") ?? "";
    document.file = join(folder, `${at}.html`);
    writeFileSync(document.file, document.html);
    report.looked("fetch");
    const seen = `${response.status} ${/data-page="([^"]*)"/.exec(document.html)?.[1]}`;
    const meant = `${document.status} ${document.page}`;
    if (seen !== meant) report.found("fetch", "state", "the state is there", document, `${seen} and not ${meant}`);
  }
}

async function get({ url, lang, press }) {
  const options = { headers: { "accept-language": lang }, redirect: "manual" };
  const response = await fetch(url, options);
  if (!press) return response;
  const action = /<form method="post" action="([^"]*)"/.exec(await response.text())[1].replaceAll("&amp;", "&");
  return fetch(new URL(action, url), { ...options, method: "POST", body: new URLSearchParams() });
}
