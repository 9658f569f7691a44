// @segment/analytics-next and touchline.js in a headless browser. Arguments: address, write key, tag.
const fs = require("fs");
const http = require("http");
const path = require("path");
const { chromium } = require("playwright-core");
const [host, writeKey, tag] = process.argv.slice(2);

const bundles = path.join(path.dirname(require.resolve("@segment/analytics-next/package.json")), "dist", "umd");
const segment = `<!doctype html><title>Shop</title><script src="/index.js"></script>`;
const own = `<!doctype html><title>Shop</title><script src="${host}/touchline.js" data-key="${writeKey}"></script>
  <form data-touchline id="form"><input name="email"><textarea name="message"></textarea><button>Send</button></form>`;

// Another origin than the server's: requests are preflighted as on a real site.
const site = http.createServer((request, response) => {
  const name = request.url.split("?")[0];
  if (name === "/segment") return response.setHeader("content-type", "text/html").end(segment);
  if (name === "/own") return response.setHeader("content-type", "text/html").end(own);
  const file = path.join(bundles, path.basename(name));
  if (!fs.existsSync(file)) return response.writeHead(404).end();
  return response.setHeader("content-type", "text/javascript").end(fs.readFileSync(file));
});

async function main() {
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${site.address().port}`;
  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage();
  const statuses = [];
  page.on("response", (response) => {
    if (response.url().includes("/v1/") && response.request().method() === "POST") statuses.push(response.status());
  });
  const settle = async (count) => {
    for (let n = 0; n < 100 && statuses.length < count; n += 1) await page.waitForTimeout(100);
    if (statuses.length < count || statuses.some((status) => status !== 200)) throw new Error(`answers: ${statuses}`);
  };

  await page.goto(`${origin}/segment?utm_source=news&gclid=G1`);
  await page.evaluate(
    async ({ host, writeKey, tag }) => {
      const bare = host.replace("http://", "");
      const analytics = window.AnalyticsNext.AnalyticsBrowser.load(
        { writeKey, cdnURL: host, cdnSettings: { integrations: { "Segment.io": { apiKey: writeKey } } } },
        { integrations: { "Segment.io": { apiHost: `${bare}/v1`, protocol: "http" } } },
      );
      await analytics.page("Home");
      await analytics.identify(`user-${tag}`, { email: `${tag}@example.com`, firstName: "Ann", plan: "pro" });
      await analytics.track("Signed up", { seats: 3 });
    },
    { host, writeKey, tag },
  );
  await settle(3);

  statuses.length = 0;
  await page.goto(`${origin}/own?utm_source=news&gclid=G1`);
  await settle(1);
  await page.evaluate((tag) => {
    window.touchline.identify(`user-own-${tag}`, { email: `own-${tag}@example.com`, firstName: "Ann", plan: "pro" });
    window.touchline.track("Signed up", { seats: 3 });
  }, tag);
  await settle(3);
  await page.fill("input[name=email]", `own-${tag}@example.com`);
  await page.fill("textarea", "Please call");
  await Promise.all([page.waitForURL(`${host}/v1/forms/**`), page.click("button")]);
  await browser.close();
  site.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
