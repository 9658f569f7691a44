import assert from 'node:assert/strict';

/** Opens a number and compares it with the list behind it. */
export async function agrees(page, number) {
  const label = await number.getAttribute('aria-label');
  const told = Number(/(\d+)[^:]*$/.exec(label.replaceAll(/(\d),(\d)/g, '$1$2'))[1]);
  await number.click();
  const total = page.locator('[role=dialog] [data-total]');
  await total.waitFor();
  assert.equal(Number(await total.getAttribute('data-total')), told, label);
  await page.waitForSelector('[role=dialog] [role=row][aria-rowindex="2"]');
  const rows = await page.locator('[role=dialog] [role=row][aria-rowindex]:not([aria-hidden])').count() - 1;
  if (told < 10) assert.equal(rows, told, label);
  await page.keyboard.press('Escape');
  await total.waitFor({ state: 'detached' });
}

/** The same of every so many of them. */
export async function allAgree(page, numbers, every = 1) {
  await numbers.first().waitFor();
  const count = await numbers.count();
  for (let index = 0; index < count; index += every) await agrees(page, numbers.nth(index));
}
