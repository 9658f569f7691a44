// @segment/analytics-node: anonymous first, known later. Arguments: address, write key, tag.
const { Analytics } = require("@segment/analytics-node");
const [host, writeKey, tag] = process.argv.slice(2);

async function main() {
  const failures = [];
  const analytics = new Analytics({ writeKey, host, flushAt: 5, maxRetries: 2 });
  analytics.on("error", (error) => failures.push(error));
  const anonymousId = `anonymous-${tag}`;
  const userId = `user-${tag}`;
  analytics.page({ anonymousId, name: "Home", properties: { url: "https://shop.example/?utm_source=news&gclid=G1" } });
  analytics.identify({ anonymousId, userId, traits: { email: `${tag}@example.com`, firstName: "Ann", plan: "pro" } });
  analytics.track({ userId, event: "Signed up", properties: { seats: 3 } });
  await analytics.closeAndFlush();
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
