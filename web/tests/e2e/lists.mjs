import assert from 'node:assert/strict';
import { manager, test } from './frame.mjs';

test('a server that is away is told, and the page goes on when it is back', async ({ open }) => {
  const { page, context } = await open(manager, '/contacts');
  await context.setOffline(true);
  await page.fill('input[type=search]', 'rahman');
  await page.getByText('The server does not answer.').first().waitFor();
  await context.setOffline(false);
  await page.getByText('The server does not answer.').first().waitFor({ state: 'detached', timeout: 20_000 });
  await page.waitForSelector('[role=row]:has-text("Rahman")');
});

test('a list is filtered, changed together and changed back', async ({ open }) => {
  const { page } = await open(manager, '/contacts?tag=customer');
  for (const row of [2, 3]) await page.check(`[role=row][aria-rowindex="${row}"] input`);
  await page.click('[role=region] button:has-text("Tags")');
  await page.fill('input[aria-label=Tags]', 'vip');
  await page.keyboard.press('Enter');
  await page.getByText('“vip” added to 2 contacts').waitFor();
  assert.equal(await page.locator('[role=row]:has-text("vip")').count(), 2);
  await page.click('button:has-text("Undo")');
  await page.waitForSelector('[role=row]:has-text("vip")', { state: 'detached' });
});

test('a list is ordered, chosen rows are deleted and come back, and one goes from client to client by key', async ({ open }) => {
  const { page } = await open(manager, '/contacts?tag=customer');
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click();
  await page.waitForSelector('[role=columnheader][aria-sort=ascending]');
  await page.waitForTimeout(500);
  const names = await page.locator('[role=row][aria-rowindex] [dir=auto]').allTextContents();
  assert.deepEqual(names, names.toSorted((a, b) => a.localeCompare(b, 'en')));
  for (const row of [2, 3]) await page.check(`[role=row][aria-rowindex="${row}"] input`);
  await page.getByRole('region', { name: '2 chosen' }).getByRole('button', { name: 'Delete' }).click();
  await page.getByText('2 contacts deleted').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Taken back').waitFor();
  await page.locator('[role=row][aria-rowindex="2"]').click();
  await page.getByText(/^1 of/).waitFor();
  await page.keyboard.press('Shift+J');
  await page.getByText(/^2 of/).waitFor();
  await page.getByRole('heading', { level: 1, name: names[1] }).waitFor();
  await page.keyboard.press('Shift+K');
  await page.getByText(/^1 of/).waitFor();
});
