// @rudderstack/rudder-sdk-node: anonymous first, known later. Arguments: address, write key, tag, gzip or plain.
const Rudder = require("@rudderstack/rudder-sdk-node");
const [host, writeKey, tag, mode] = process.argv.slice(2);

async function main() {
  const rudder = new Rudder(writeKey, { dataPlaneUrl: host, gzip: mode === "gzip", flushAt: 1 });
  const anonymousId = `anonymous-${tag}`;
  const userId = `user-${tag}`;
  const done = (send) => new Promise((resolve, reject) => send((error) => (error ? reject(error) : resolve())));
  await done((then) => rudder.page({ anonymousId, name: "Home", properties: { url: "https://shop.example/?utm_source=news&gclid=G1" } }, then));
  await done((then) => rudder.identify({ anonymousId, userId, traits: { email: `${tag}@example.com`, firstName: "Ann", plan: "pro" } }, then));
  await done((then) => rudder.track({ userId, event: "Signed up", properties: { seats: 3 } }, then));
  await rudder.flush();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
