import assert from 'node:assert/strict';
import { faultless } from './axe.mjs';
import { manager, shows, test } from './frame.mjs';

test('a company is opened, changed where it stands, and shows its people and their line', async ({ open, api }) => {
  const { page } = await open(manager, '/companies');
  await page.locator('[role=row][aria-rowindex="2"]').click();
  await page.waitForURL(/\/companies\/.+/);
  const id = new URL(page.url()).pathname.split('/').at(-1);
  const people = await api(`/contacts?company_id=${id}&limit=5`);
  const related = page.getByRole('complementary', { name: 'Related' });
  await related.getByText(people.items[0].display_name).first().waitFor();
  await page.locator('ol li').first().waitFor();
  await page.click('button[aria-label^="Edit: Industry"]');
  await page.fill('input[aria-label="Industry"]', 'Bakery');
  await page.keyboard.press('Enter');
  await page.waitForSelector('header >> text=Bakery');
  assert.equal((await api(`/companies/${id}`)).industry, 'Bakery');
});

test('the whole history of a company’s people stands by month, and one jumps to a month', async ({ open, api }) => {
  const [company] = (await api('/companies?limit=1')).items;
  const [person] = (await api(`/contacts?company_id=${company.id}&limit=1`)).items;
  const note = { contact: { id: person.id }, channel: 'note', body: 'Long ago', occurred_at: '2019-05-07T12:00:00Z' };
  const { id: old } = await api('/interactions', { method: 'POST', body: JSON.stringify(note) });
  const { months } = await api(`/companies/${company.id}/timeline/months?tz=Europe/London`);
  const { page } = await open(manager, `/companies/${company.id}`, { timezoneId: 'Europe/London', bypassCSP: true });
  const map = page.getByRole('navigation', { name: 'History by month' });
  const bars = map.getByRole('button');
  await bars.first().waitFor();
  assert.match(await bars.first().getAttribute('aria-label'), /^May 2019: 1/);
  assert.equal(await map.locator('button:not([data-empty])').count(), months.length);
  await bars.first().click();
  await shows(page, 'Shown up to 31 May 2019');
  await page.locator('li:has-text("Long ago")').getByRole('link', { name: person.display_name }).waitFor();
  await faultless(page, 'a month of a company');
  await page.getByRole('button', { name: 'Back to now' }).click();
  await page.getByText('Shown up to').waitFor({ state: 'detached' });
  await api(`/interactions/${old}`, { method: 'DELETE', headers: { 'If-Match': '"v1"' } });
});
