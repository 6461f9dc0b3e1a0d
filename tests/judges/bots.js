// The user agents of programs, one JSON list: those of a public list of what crawlers and previews were seen with that isbot
// knows for what they are.

import { createRequire } from "node:module";
import { isbot } from "isbot";

const seen = createRequire(import.meta.url)("crawler-user-agents");
console.log(JSON.stringify(seen.flatMap(({ instances }) => instances).filter((name) => isbot(name))));
