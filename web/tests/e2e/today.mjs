import assert from 'node:assert/strict';
import { test } from './frame.mjs';

test('a salesperson works the list of today', async ({ open, api }) => {
  const { page } = await open('tom@northlight.example', '/');
  const first = page.locator('[data-row]').first();
  const title = await first.locator('[dir=auto]').first().textContent();
  await first.getByRole('checkbox').click();
  await page.getByText(`“${title}” is done`).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Taken back').waitFor();
  await page.locator('[data-row]').first().getByRole('button', { name: /^Later/ }).click();
  await page.getByRole('menuitem', { name: 'In a week' }).click();
  await page.getByText('put off').waitFor();
  assert.ok((await api('/tasks?state=open&limit=1')).items.length > 0);
});
