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
