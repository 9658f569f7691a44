// Verifies a message (JSON on standard input: secret, headers, body) with the official library.
const { Webhook } = require("standardwebhooks");
const message = JSON.parse(require("fs").readFileSync(0, "utf8"));
const hook = new Webhook(message.secret);
hook.verify(message.body, message.headers);
try {
  hook.verify(message.body + " ", message.headers);
} catch (error) {
  console.log(`changed by a blank: ${error.name}`);
  process.exit(0);
}
console.error("a changed body passed");
process.exit(1);
