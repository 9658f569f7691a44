import { gzipSync } from 'node:zlib';

const ROUTES = ['/', '/contacts', '/leads', '/companies', '/board', '/funnel', '/segments', '/imports', '/duplicates', '/settings'];
const BUDGET_KB = 350;

/** What the browser really loads of the front end when it opens a screen with an empty cache, packed by gzip. */
export async function weight(page, { address, client, tell }) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  for (const route of [client, ...ROUTES]) {
    const bodies = [];
    const heard = (response) => {
      const { pathname } = new URL(response.url());
      if (response.request().resourceType() === 'document' || pathname.startsWith('/assets/')) bodies.push(response.body().catch(() => Buffer.alloc(0)));
    };
    page.on('response', heard);
    await page.goto(address + route);
    await page.waitForSelector('#main h1');
    await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => undefined);
    page.off('response', heard);
    const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body, { level: 9 }).length);
    tell(`first load of ${route === client ? 'a client' : route}, ${sizes.length} files`, sizes.reduce((a, b) => a + b, 0) / 1000, 'kB gzip', { most: BUDGET_KB });
  }
}
