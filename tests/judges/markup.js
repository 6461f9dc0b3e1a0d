// The judges of the text itself: the Nu HTML checker and html-validate.

import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { HtmlValidate } from "html-validate";

const require = createRequire(import.meta.url);

/** All documents in one run of the jar: starting it costs more than a document. */
export async function nu(documents, folder, report) {
  const jar = join(dirname(require.resolve("vnu-jar/package.json")), "build/dist/vnu.jar");
  const checker = ["-Xss1024k", "-jar", jar, "--format", "json", "--exit-zero-always", folder];
  const said = await new Promise((resolve, reject) => {
    execFile("java", checker, { maxBuffer: 1 << 28 }, (error, _, stderr) => (error ? reject(error) : resolve(stderr)));
  });
  const byFile = new Map(documents.map((document) => [basename(document.file), document]));
  for (const { type, subType, message, url, extract } of JSON.parse(said).messages) {
    const document = byFile.get(basename(url ?? ""));
    if (!document) throw new Error(`the checker itself: ${message}`);
    report.found("nu", subType ?? type, message, document, extract ?? "");
  }
  report.looked("nu", documents.length);
}

const strict = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:document", "html-validate:a11y"],
  rules: {
    // As the HTML standard writes its own examples.
    "doctype-style": ["error", { style: "uppercase" }],
    "void-style": ["error", { style: "omit" }],
  },
});

export async function htmlValidate(documents, report) {
  for (const document of documents) {
    const { results } = await strict.validateString(document.html);
    for (const { ruleId, message, line, selector } of results.flatMap((result) => result.messages)) {
      const excerpt = document.html.split("\n")[line - 1].slice(0, 200);
      report.found("html-validate", ruleId, message, document, `${selector ?? ""} ${excerpt}`);
    }
  }
  report.looked("html-validate", documents.length);
}
