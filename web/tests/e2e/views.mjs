import assert from 'node:assert/strict';
import { faultless } from './axe.mjs';
import { manager, shows, takeBack, test } from './frame.mjs';

const menu = async (page, name = 'Views') => {
  await page.getByRole('button', { name, exact: true, expanded: false }).click();
  await page.getByRole('button', { name: 'Save as a new view' }).waitFor();
};

test('a view is saved, shared with a role, found by it, renamed and deleted', async ({ open, api }) => {
  const { page } = await open(manager, '/contacts?tag=customer&sort=name');
  await menu(page);
  await page.getByRole('button', { name: 'Save as a new view' }).click();
  const form = page.getByRole('dialog', { name: 'Save as a new view' });
  await form.getByRole('button', { name: 'Save' }).click();
  await page.locator('.mantine-TextInput-error').waitFor();
  await form.getByLabel('Name of the view').fill('Good customers');
  await form.getByLabel('Sales').check();
  await page.keyboard.press('Enter');
  await shows(page, 'View “Good customers” saved');

  const { page: seller } = await open('tom@northlight.example', '/contacts');
  await menu(seller);
  const shared = seller.getByRole('region', { name: 'Shared with you' });
  await shared.getByRole('button', { name: 'Good customers', exact: true }).click();
  await seller.waitForURL(/tag=customer.*view=|view=.*tag=customer/);
  assert.equal(new URL(seller.url()).searchParams.get('sort'), 'name');
  await menu(seller, 'Good customers');
  assert.equal(await shared.getByRole('button').count(), 1, 'who is given a view may not change it');

  await menu(page, 'Good customers');
  await page.getByRole('button', { name: 'Rename or share Good customers' }).click();
  await page.getByLabel('Name of the view').fill('Best customers');
  await page.keyboard.press('Enter');
  await shows(page, 'View “Best customers” saved');
  await menu(page, 'Best customers');
  await page.getByRole('button', { name: 'Delete view Best customers' }).click();
  await shows(page, 'View “Best customers” deleted');
  assert.equal((await api('/views?list=contacts')).items.length, 0);
  await takeBack(page);
  await menu(page);
  await page.getByRole('button', { name: 'Delete view Best customers' }).click();
  await shows(page, 'View “Best customers” deleted');
});

test('a view that somebody else has changed meanwhile shows both versions', async ({ open, api }) => {
  const made = await api('/views', { method: 'POST', body: JSON.stringify({ list: 'leads', name: 'Ours', filter: { kind: 'open' }, shared_with: ['manager'] }) });
  const { page } = await open(manager, '/leads');
  await menu(page);
  await page.getByRole('button', { name: 'Ours', exact: true }).click();
  await menu(page, 'Ours');
  await page.getByRole('button', { name: 'Rename or share Ours' }).click();
  await page.getByLabel('Name of the view').fill('Mine');
  await api(`/views/${made.id}`, { method: 'PATCH', headers: { 'If-Match': `"v${made.version}"` }, body: JSON.stringify({ name: 'Theirs' }) });
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Somebody else has saved meanwhile' });
  await dialog.waitFor();
  assert.deepEqual(await dialog.getByRole('radio').evaluateAll((all) => all.map((radio) => radio.labels[0].textContent)), ['Mine', 'Theirs']);
  await dialog.getByRole('button', { name: 'Save these' }).click();
  await page.getByRole('button', { name: 'Mine', exact: true }).waitFor();

  await page.getByRole('combobox', { name: 'Order' }).selectOption('-entered_at');
  await menu(page, 'Mine, changed');
  await page.getByRole('button', { name: 'Save the changes to Mine' }).click();
  await shows(page, 'View “Mine” saved');
  const kept = await api(`/views/${made.id}`);
  assert.deepEqual([kept.name, kept.sort, kept.filter], ['Mine', '-entered_at', { kind: 'open' }]);
  await api(`/views/${made.id}`, { method: 'DELETE', headers: { 'If-Match': `"v${kept.version}"` } });
});

test('views that the browser has kept are given to the server once', async ({ open, api }) => {
  const { page } = await open(manager, '/settings');
  const { id } = (await api('/users?limit=200')).items.find(({ email }) => email === manager);
  const key = `touchline.views.companies.${id}`;
  await page.evaluate((name) => localStorage.setItem(name, JSON.stringify([{ name: 'Bakers', search: { industry: 'Bakery' } }])), key);
  await page.getByRole('link', { name: 'Companies', exact: true }).click();
  await menu(page);
  await page.getByRole('button', { name: 'Bakers', exact: true }).click();
  await page.waitForURL(/industry=Bakery/);
  assert.equal(await page.evaluate((name) => localStorage.getItem(name), key), null);
  await page.reload();
  await menu(page, 'Bakers');
  assert.equal(await page.getByRole('button', { name: 'Delete view Bakers' }).count(), 1);
  await page.getByRole('button', { name: 'Delete view Bakers' }).click();
  await shows(page, 'View “Bakers” deleted');
});

for (const colorScheme of ['light', 'dark']) {
  test(`views are for everybody, ${colorScheme}`, async ({ open }) => {
    const { page } = await open(manager, '/contacts', { colorScheme, bypassCSP: true });
    await menu(page);
    await faultless(page, `views ${colorScheme}`);
    await page.getByRole('button', { name: 'Save as a new view' }).click();
    await page.getByRole('dialog', { name: 'Save as a new view' }).waitFor();
    await faultless(page, `saving a view ${colorScheme}`);
  });
}
