import assert from 'node:assert/strict';
import { manager, test } from './frame.mjs';

/** Opens a number and compares it with the list behind it, which is given back. */
async function agrees(page, number) {
  const label = await number.getAttribute('aria-label');
  const told = Number(/(\d+)[^:]*$/.exec(label)[1]);
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

test('each number of the funnel equals the list behind it', async ({ open }) => {
  const { page } = await open(manager, '/funnel?by=owner&compare=previous&range=6m');
  await page.locator('table button').first().waitFor();
  const steps = page.locator('table').first().locator('button');
  const parts = page.locator('table').nth(1).locator('button');
  for (let index = 0; index < await steps.count(); index += 1) await agrees(page, steps.nth(index));
  for (let index = 0; index < await parts.count(); index += 4) await agrees(page, parts.nth(index));
});

test('modes stand side by side, and the other reports agree with their lists, too', async ({ open, api }) => {
  const { page } = await open(manager, '/funnel?mode=all&range=12m');
  const pipeline = (await api('/pipelines')).items[0].id;
  await page.getByRole('columnheader', { name: 'In order' }).waitFor();
  assert.equal(await page.getByRole('columnheader').count(), 4);
  for (const [tab, numbers] of [['Channels', 'table button'], ['Outcome and speed', 'dd button, table button'], ['Forecast', 'table button']]) {
    await page.getByRole('tab', { name: tab }).click();
    await page.locator(numbers).first().waitFor();
    const count = Math.min(await page.locator(numbers).count(), 6);
    for (let index = 0; index < count; index += 1) await agrees(page, page.locator(numbers).nth(index));
  }
  await page.getByRole('tab', { name: 'Time in stage' }).click();
  await page.locator('.recharts-surface').first().waitFor();
  assert.ok((await api(`/reports/time-in-stage?pipeline_id=${pipeline}`)).stages.length > 0);
  const times = page.locator('td button');
  assert.ok(await times.count() >= 12);
  for (let index = 0; index < await times.count(); index += 2) await agrees(page, times.nth(index));
});

test('leads that may still come further are shown, and open ones of a currency behind the velocity', async ({ open }) => {
  const { page } = await open(manager, '/funnel?range=12m&window=90d&by=owner');
  await agrees(page, page.getByRole('button', { name: /Show these \d+ leads/ }));
  await page.getByRole('tab', { name: 'Outcome and speed' }).click();
  await agrees(page, page.getByRole('button', { name: /^Open leads in GBP/ }));
  await page.getByLabel('Compare').selectOption('previous');
  await agrees(page, page.getByRole('button', { name: /^Won, before/ }));
});

test('a forecast is of chosen days, beside that of a year ago, and each of its numbers equals the list behind it', async ({ open }) => {
  const { page } = await open(manager, '/funnel?tab=forecast');
  await page.getByRole('heading', { name: 'By month of expected close' }).waitFor();
  const months = page.locator('section[aria-labelledby=months] tbody tr');
  const all = await months.count();
  assert.equal(await page.getByLabel('Compare').isDisabled(), true);
  await page.getByRole('button', { name: /^Expected close/ }).click();
  await page.getByRole('button', { name: 'This quarter', exact: true }).click();
  await page.waitForFunction((before) => document.querySelectorAll('section[aria-labelledby=months] tbody tr').length < before, all);
  assert.ok(await months.count() <= 3);
  await page.getByLabel('Compare').selectOption('last_year');
  await page.getByText(/^“Before” is /).waitFor();
  for (const numbers of [page.locator('section[aria-labelledby=months] button'), page.locator('section[aria-labelledby=odds] button')]) {
    for (let index = 0; index < await numbers.count(); index += 1) await agrees(page, numbers.nth(index));
  }
  assert.match(page.url(), /close=quarter/);
});

test('a report is saved, kept as it was, and found again', async ({ open }) => {
  const { page } = await open(manager, '/funnel?by=source&range=90d');
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Sources of the quarter');
  await page.getByRole('checkbox', { name: 'Marketer' }).check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('“Sources of the quarter” saved').waitFor();
  const other = await open('marketing@northlight.example', '/funnel');
  await other.page.getByRole('button', { name: 'Saved reports' }).click();
  await other.page.getByRole('button', { name: 'Sources of the quarter', exact: true }).click();
  await other.page.getByRole('heading', { name: 'Breakdown' }).waitFor();
  await page.getByRole('button', { name: 'Sources of the quarter', exact: true }).click();
  await page.getByRole('button', { name: 'Snapshots of “Sources of the quarter”' }).click();
  await page.getByRole('button', { name: 'Take a snapshot now' }).click();
  await page.getByText('Snapshot taken').waitFor();
  await page.getByRole('button', { name: /\d{4}, \d/ }).first().click();
  await page.getByText(/This is a snapshot of/).waitFor();
  await page.getByRole('heading', { name: 'Breakdown' }).waitFor();
});

test('a journey is saved, opened from the list with its steps, renamed and deleted', async ({ open, api }) => {
  const { page } = await open(manager, '/funnel?tab=journey');
  const steps = page.getByRole('list', { name: 'Steps of the journey' });
  await steps.getByLabel('Step 1').selectOption({ label: 'Call' });
  await steps.getByLabel('Step 2').selectOption({ label: 'Offer' });
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('From call to offer');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('“From call to offer” saved').waitFor();
  const stored = async () => (await api('/saved-reports')).items.filter(({ kind }) => kind === 'journey').map(({ name, parameters }) => [name, parameters.steps.map((step) => step.name)]);
  assert.deepEqual(await stored(), [['From call to offer', ['Call', 'Offer', 'Lead won']]]);
  await page.goto(`${new URL(page.url()).origin}/funnel`);
  await page.getByRole('button', { name: 'Saved reports' }).click();
  await page.getByRole('button', { name: 'From call to offer', exact: true }).click();
  await steps.waitFor();
  assert.deepEqual(await steps.locator('select').evaluateAll((all) => all.map((select) => select.selectedOptions[0].textContent)), ['Call', 'Offer', 'Lead won']);
  await page.getByRole('button', { name: 'From call to offer', exact: true }).click();
  await page.getByRole('button', { name: 'Rename “From call to offer”' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Calls that sell');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Calls that sell', exact: true }).click();
  await page.getByRole('button', { name: 'Delete “Calls that sell”' }).click();
  await page.getByText('“Calls that sell” deleted').waitFor();
  assert.deepEqual(await stored(), []);
});

test('a journey with steps of a program is shown with what it counts', async ({ open, api }) => {
  const steps = [{ name: 'Wrote or called', touch: { channels: ['email', 'call'], direction: 'inbound' } }, { name: 'Bought', stage: { kind: 'won' } }];
  const saved = await api('/saved-reports', { method: 'POST', body: JSON.stringify({ name: 'By a program', kind: 'journey', parameters: { steps }, shared_with: ['manager'] }) });
  const { page } = await open(manager, '/funnel');
  await page.getByRole('button', { name: 'Saved reports' }).click();
  await page.getByRole('button', { name: 'By a program', exact: true }).click();
  await page.getByText('Wrote or called → Bought').waitFor();
  await page.getByRole('rowheader', { name: 'Wrote or called' }).waitFor();
  await page.getByRole('button', { name: 'Choose other steps' }).click();
  await page.getByRole('list', { name: 'Steps of the journey' }).waitFor();
  await api(`/saved-reports/${saved.id}`, { method: 'DELETE', headers: { 'If-Match': `"v${saved.version}"` } });
});

test('a journey is put together, and its numbers open exactly the clients they count', async ({ open }) => {
  const { page } = await open(manager, '/funnel?tab=journey');
  const steps = page.getByRole('list', { name: 'Steps of the journey' });
  await steps.getByLabel('Step 2').selectOption({ label: 'Call' });
  await steps.getByRole('button', { name: 'Add a step' }).click();
  await steps.getByLabel('Step 4').waitFor();
  await steps.getByRole('button', { name: 'Remove the step “Lead won”' }).first().click();
  const number = page.getByRole('button', { name: /^Came to “Call”/ });
  await number.waitFor();
  await page.waitForTimeout(500);
  const count = Number((await number.textContent()).replaceAll(',', ''));
  await number.click();
  await page.locator(`[data-total="${count}"]`).waitFor();
});
