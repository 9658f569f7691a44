export interface Snippet {
  id: string;
  /** A name that is the same in every language; the others are in the texts. */
  name?: string;
  code: string;
}

/** What to paste where, for a write key: each was tried with the SDK it names. */
export function snippets(host: string, key: string): Snippet[] {
  const basic = `-u "${key}:"`;
  return [
    {
      id: 'script',
      code: `<script async src="${host}/touchline.js" data-key="${key}"></script>
<script>
  window.touchline = window.touchline || { q: [] };
  // What happens on the page:
  touchline.q.push(["track", "Asked for a quote", { product: "Solar roof" }]);
  // Who the visitor is, once you know:
  // touchline.q.push(["identify", "user-7", { email: "ann@example.com" }]);
</script>`,
    },
    {
      id: 'form',
      code: `<form method="post" action="${host}/v1/forms/${key}">
  <input name="email" type="email" required>
  <input name="name">
  <textarea name="message"></textarea>
  <!-- Stays empty: only robots fill it in. -->
  <input name="_gotcha" hidden>
  <!-- Where to go on, on a site of this key: -->
  <input name="_redirect" type="hidden" value="https://www.example.com/thanks">
  <button>Send</button>
</form>`,
    },
    {
      id: 'browser', name: 'Segment: analytics.js',
      code: `import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: "${key}", cdnURL: "${host}", cdnSettings: { integrations: { "Segment.io": { apiKey: "${key}" } } } },
  { integrations: { "Segment.io": { apiHost: "${host.replace(/^https?:\/\//, '')}/v1", protocol: "${host.startsWith('https') ? 'https' : 'http'}" } } },
);
analytics.page();
analytics.identify("user-7", { email: "ann@example.com" });
analytics.track("Signed up", { plan: "pro" });`,
    },
    {
      id: 'node', name: 'Segment: Node.js',
      code: `import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({ writeKey: "${key}", host: "${host}" });
analytics.identify({ userId: "user-7", traits: { email: "ann@example.com" } });
analytics.track({ userId: "user-7", event: "Signed up", properties: { plan: "pro" } });
await analytics.closeAndFlush();`,
    },
    {
      id: 'python', name: 'Segment: Python',
      code: `import segment.analytics as analytics

analytics.write_key = "${key}"
analytics.host = "${host}"
analytics.identify("user-7", {"email": "ann@example.com"})
analytics.track("user-7", "Signed up", {"plan": "pro"})
analytics.flush()`,
    },
    {
      id: 'rudder', name: 'RudderStack: Node.js',
      code: `import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const analytics = new RudderAnalytics("${key}", { dataPlaneUrl: "${host}" });
analytics.track({ userId: "user-7", event: "Signed up", properties: { plan: "pro" } });
analytics.flush();`,
    },
    {
      id: 'curl', name: 'curl',
      code: `curl ${host}/v1/track ${basic} -d '{
  "userId": "user-7",
  "event": "Signed up",
  "context": { "traits": { "email": "ann@example.com" } }
}'`,
    },
    { id: 'email', code: `# For each message that arrives, as the mail server has it:\ncurl ${host}/v1/inbound/email ${basic} --data-binary @message.eml` },
  ];
}
