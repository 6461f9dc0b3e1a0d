// Signs what is posted to us as Twilio does, with Twilio's own library. A name that repeats has a list of values.
import { readFileSync } from "node:fs";
import twilio from "twilio";

for (const { token, url, form } of JSON.parse(readFileSync(0, "utf8"))) {
  const params = {};
  for (const [name, value] of form) {
    params[name] = name in params ? [params[name], value].flat() : value;
  }
  console.log(twilio.getExpectedTwilioSignature(token, url, params));
}
