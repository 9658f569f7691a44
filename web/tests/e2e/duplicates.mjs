import assert from 'node:assert/strict';
import { manager, shows, takeBack, test } from './frame.mjs';

const WAIT_MS = 90_000;

/** The program looks for pairs in the background: they are there a while after its start. */
async function somePair(api) {
  for (const until = Date.now() + WAIT_MS; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const [pair] = (await api('/duplicates?limit=1')).items;
    if (pair) return;
  }
  throw new Error('no duplicates were found');
}

const choice = (page, key, side) => page.locator(`input[type=radio][name="${key}"]`).nth(side);

test('two records are merged with the values chosen, and separated again', async ({ open, api }) => {
  await somePair(api);
  const { page } = await open(manager, '/duplicates');
  await page.getByRole('button', { name: 'Merge' }).waitFor();
  const shown = await page.locator('thead a').evaluateAll((links) => links.map((link) => link.pathname.split('/').at(-1)));
  const [kept, other] = await Promise.all(shown.map((id) => api(`/contacts/${id}`)));
  await choice(page, 'source', 1).check();
  await choice(page, 'address', 0).check();
  await page.getByRole('button', { name: 'Merge' }).click();
  await shows(page, `Merged into ${kept.display_name}`);
  const merged = await api(`/contacts/${kept.id}`);
  assert.equal(merged.source, other.source);
  assert.deepEqual(merged.address, kept.address);
  assert.deepEqual(merged.emails.map(({ address }) => address).sort(), [...kept.emails, ...other.emails].map(({ address }) => address).sort());
  await takeBack(page);
  assert.equal((await api(`/contacts/${kept.id}`)).source, kept.source);
  assert.equal((await api(`/contacts/${other.id}`)).id, other.id);
});

test('what is no duplicate goes, and comes back where it is undone', async ({ open, api }) => {
  await somePair(api);
  const { page } = await open(manager, '/duplicates');
  const list = page.getByRole('navigation', { name: 'Duplicates' }).getByRole('button');
  await list.first().waitFor();
  const first = await list.first().textContent();
  await page.getByRole('button', { name: 'Not a duplicate' }).click();
  await page.getByText('not a duplicate').first().waitFor();
  await takeBack(page);
  assert.equal(await list.first().textContent(), first);
  await page.keyboard.press('j');
  await shows(page, /^2 of/);
});
