// Verifies a delivery as a receiver would, with the Standard Webhooks library: standard input holds its secret, its headers
// and its body. Prints what was signed.
import { Webhook } from 'standardwebhooks';

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { secret, headers, body } = JSON.parse(Buffer.concat(chunks).toString());
console.log(JSON.stringify(new Webhook(secret).verify(body, headers)));
