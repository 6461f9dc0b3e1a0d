// What was found, by rule: the same fault in four hundred pages is one line with one example.

import { isExcused } from "./excused.js";

const nameOf = ({ name, theme, lang }) => `${name} (${lang}, theme ${theme})`;

export class Report {
  #findings = new Map();
  #looks = new Map();
  #scores = [];

  /** A judge has looked at something. */
  looked(judge, times = 1) {
    this.#looks.set(judge, (this.#looks.get(judge) ?? 0) + times);
  }

  /** A judge found a rule broken: `what` is the place in the document, `how` the screen it was looked at on. */
  found(judge, rule, message, document, what, how = "") {
    if (isExcused(judge, rule, document, what)) return;
    const key = `${judge}: ${rule}: ${message}`;
    const known = this.#findings.get(key) ?? { judge, where: new Set(), what };
    known.where.add(nameOf(document) + how);
    this.#findings.set(key, known);
  }

  /** A score that is worth reading whatever it is. */
  score(line) {
    this.#scores.push(line);
  }

  /** The judges that found something. */
  get accusers() {
    return new Set([...this.#findings.values()].map(({ judge }) => judge));
  }

  /** Prints it all; whether nothing was found. */
  print(documents) {
    for (const [rule, { where, what }] of this.#findings) {
      const [first] = where;
      console.log(`\n${rule}\n  ${where.size} × such as ${first}\n  ${what.replaceAll("\n", "\n  ")}`);
    }
    const count = (key) => new Set(documents.map((document) => document[key])).size;
    const what = `${count("name")} states, ${count("lang")} languages, ${count("theme")} themes`;
    console.log(`\n${what}: ${documents.length} documents`);
    for (const [name, times] of this.#looks) {
      const rules = [...this.#findings.values()].filter(({ judge }) => judge === name).length;
      console.log(`  ${name.padEnd(16)} looked ${String(times).padStart(5)} times, found ${rules} rules broken`);
    }
    for (const line of this.#scores) console.log(`  ${line}`);
    return this.#findings.size === 0;
  }
}
