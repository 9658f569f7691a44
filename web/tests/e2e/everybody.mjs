import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { manager, test } from './frame.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Every screen. What is behind `client` is known only when the program runs. */
const SCREENS = ['/contacts', '/', '/leads', '/companies', '/settings', '/settings/appearance'];

for (const [locale, word] of [['en-GB', 'Contacts'], ['ru-RU', 'Контакты'], ['pt-BR', 'Contatos']]) {
  test(`the screens speak ${locale} and are for everybody, light and dark`, async ({ open, client }) => {
    for (const colorScheme of ['light', 'dark']) {
      const { page } = await open(manager, '/contacts', { locale, colorScheme, bypassCSP: true });
      await page.getByRole('heading', { name: word }).waitFor();
      for (const path of [client, ...SCREENS]) await accessible(page, path, colorScheme);
    }
  });
}

export async function accessible(page, path, scheme) {
  await page.evaluate((to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }, path);
  await page.waitForSelector('#main h1');
  await page.waitForTimeout(900);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => `${path} ${scheme} ${id}: ${nodes[0].html}`), []);
}
