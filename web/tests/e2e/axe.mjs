import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Goes to another screen as a link does, without reading the page anew. */
export const go = (page, path) => page.evaluate((to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }, path);

/** The screen has no fault that axe-core finds. The page must have been opened with `bypassCSP`. */
export async function accessible(page, path, scheme) {
  await go(page, path);
  await page.waitForSelector('#main h1');
  await faultless(page, `${path} ${scheme}`);
}

/** What is shown now has no fault, such as a dialog that was opened. */
export async function faultless(page, what) {
  await page.waitForTimeout(900);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => `${what} ${id}: ${nodes[0].html}`), []);
}

/** The same in light and in dark. */
export async function accessibleInBoth(open, email, path) {
  for (const colorScheme of ['light', 'dark']) {
    const { page } = await open(email, '/contacts', { colorScheme, bypassCSP: true });
    await accessible(page, path, colorScheme);
  }
}
