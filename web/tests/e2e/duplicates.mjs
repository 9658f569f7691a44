import assert from 'node:assert/strict';
import { manager, test } from './frame.mjs';

const choice = (page, key, side) => page.locator(`input[type=radio][name="${key}"]`).nth(side);

test('two records are merged with the values chosen, and separated again', async ({ open, api }) => {
  const { page } = await open(manager, '/duplicates');
  await page.getByRole('button', { name: 'Merge' }).waitFor();
  const pair = (await api('/duplicates?limit=1')).items[0];
  const [kept, other] = pair.contacts;
  await choice(page, 'source', 1).check();
  await choice(page, 'address', 0).check();
  await page.getByRole('button', { name: 'Merge' }).click();
  await page.getByText(`Merged into ${kept.display_name}`).waitFor();
  const merged = await api(`/contacts/${kept.id}`);
  assert.equal(merged.source, other.source);
  assert.deepEqual(merged.address, kept.address);
  assert.deepEqual(merged.emails.map(({ address }) => address).sort(), [...kept.emails, ...other.emails].map(({ address }) => address).sort());
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Taken back').waitFor();
  assert.equal((await api(`/contacts/${kept.id}`)).source, kept.source);
  assert.equal((await api(`/contacts/${other.id}`)).id, other.id);
});

test('what is no duplicate goes, and comes back where it is undone', async ({ open, api }) => {
  const { page } = await open(manager, '/duplicates');
  const list = page.getByRole('navigation', { name: 'Duplicates' }).getByRole('button');
  await list.first().waitFor();
  const [first] = (await api('/duplicates?limit=1')).items;
  await page.getByRole('button', { name: 'Not a duplicate' }).click();
  await page.getByText('not a duplicate').first().waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Taken back').waitFor();
  assert.equal((await api('/duplicates?limit=1')).items[0].id, first.id);
  await page.keyboard.press('j');
  await page.getByText(/^2 of/).waitFor();
});
