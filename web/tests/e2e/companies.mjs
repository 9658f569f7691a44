import assert from 'node:assert/strict';
import { manager, test } from './frame.mjs';

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
