// Google's evaluator, on every policy that differs by more than its nonce and its neighbours.

import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { CspParser } = require("csp_evaluator/dist/parser.js");
const { CspEvaluator } = require("csp_evaluator/dist/evaluator.js");
const { Severity } = require("csp_evaluator/dist/finding.js");

/** The policy as it is in the world: where the stand-in is, Facebook will be. */
const asServed = (policy) =>
  policy
    .replaceAll(/'nonce-[^']*'/g, "'nonce-AAAAAAAAAAAAAAAAAAAAAA'")
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "https://www.facebook.com");

export function csp(documents, report) {
  const seen = new Map(documents.map((document) => [asServed(document.policy), document]));
  for (const [policy, document] of seen) {
    for (const { type, description, severity, directive, value } of new CspEvaluator(new CspParser(policy).csp).evaluate()) {
      if (severity === Severity.NONE) continue;
      report.found("csp", directive, description, document, `${type} ${value ?? ""} in ${policy}`);
    }
  }
  report.looked("csp", seen.size);
}
