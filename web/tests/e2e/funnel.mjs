import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { faultless, go } from './axe.mjs';
import { manager, shows, takeBack, test } from './frame.mjs';
import { agrees, allAgree } from './numbers.mjs';

test('each number of the funnel equals the list behind it', async ({ open }) => {
  const { page } = await open(manager, '/funnel?by=owner&compare=previous&range=6m');
  await page.locator('table button').first().waitFor();
  const steps = page.locator('table').first().locator('button');
  const parts = page.locator('table').nth(1).locator('button');
  await allAgree(page, steps);
  await allAgree(page, parts, 4);
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
  await allAgree(page, times, 2);
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
  await shows(page, /^“Before” is /);
  await allAgree(page, page.locator('section[aria-labelledby=months] button'));
  await allAgree(page, page.locator('section[aria-labelledby=odds] button'));
  assert.match(page.url(), /close=quarter/);
});

/** The file that a button saves. */
async function saved(page, name) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
  return readFile(await file.path());
}

test('a report is saved, kept as it was, deleted and taken back, and found again', async ({ open }) => {
  const { page } = await open(manager, '/funnel?by=source&range=90d');
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Sources of the quarter');
  await page.getByRole('checkbox', { name: 'Marketer' }).check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await shows(page, '“Sources of the quarter” saved');
  const other = await open('marketing@northlight.example', '/funnel');
  await other.page.getByRole('button', { name: 'Saved reports' }).click();
  await other.page.getByRole('button', { name: 'Sources of the quarter', exact: true }).click();
  await other.page.getByRole('heading', { name: 'Breakdown' }).waitFor();
  await page.getByRole('button', { name: 'Sources of the quarter', exact: true }).click();
  await page.getByRole('button', { name: 'Snapshots and files of “Sources of the quarter”' }).click();
  await page.getByRole('button', { name: 'Take a snapshot now' }).click();
  await shows(page, 'Snapshot taken');
  const rows = (await saved(page, 'Sources of the quarter as CSV')).toString().split('\n').map((line) => line.split(','));
  assert.deepEqual([rows[0][0].replace('\ufeff', ''), rows[1][0]], ['part', 'all']);
  assert.equal((await saved(page, /^Sources of the quarter \d{4}-\d\d-\d\d as Excel$/)).subarray(0, 2).toString(), 'PK');

  await page.getByRole('button', { name: 'Delete “Sources of the quarter”' }).click();
  await takeBack(page);
  await page.getByRole('button', { name: 'Sources of the quarter', exact: true, expanded: false }).click();
  await page.getByRole('button', { name: 'Snapshots and files of “Sources of the quarter”' }).click();
  await page.getByRole('button', { name: /\d{4}, \d/ }).first().click();
  await shows(page, /This is a snapshot of/);
  await page.getByRole('heading', { name: 'Breakdown' }).waitFor();
});

test('a journey is saved, opened from the list with its steps, renamed, deleted and taken out of the bin', async ({ open, api }) => {
  const { page } = await open(manager, '/funnel?tab=journey');
  const steps = page.getByRole('list', { name: 'Steps of the journey' });
  await steps.getByLabel('Step 1').selectOption({ label: 'Call' });
  await steps.getByLabel('Step 2').selectOption({ label: 'Offer' });
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('From call to offer');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await shows(page, '“From call to offer” saved');
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
  await shows(page, '“Calls that sell” deleted');
  assert.deepEqual(await stored(), []);
  await page.getByRole('button', { name: 'Deleted reports' }).click();
  await page.getByRole('button', { name: 'Put back “Calls that sell”' }).click();
  await shows(page, '“Calls that sell” is back');
  assert.equal((await stored())[0][0], 'Calls that sell');
});

test('a journey with steps of a program is shown with what it counts', async ({ open, api }) => {
  const steps = [{ name: 'Wrote or called', touch: { channels: ['email', 'call'], direction: 'inbound' } }, { name: 'Bought', stage: { kind: 'won' } }];
  const saved = await api('/saved-reports', { method: 'POST', body: JSON.stringify({ name: 'By a program', kind: 'journey', parameters: { steps }, shared_with: ['manager'] }) });
  const { page } = await open(manager, '/funnel');
  await page.getByRole('button', { name: 'Saved reports' }).click();
  await page.getByRole('button', { name: 'By a program', exact: true }).click();
  await shows(page, 'Wrote or called → Bought');
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

test('a journey is of certain clients, in parts, beside the period before, and each of its numbers equals the list behind it', async ({ open, api }) => {
  const { page } = await open(manager, '/funnel?tab=journey&steps=web,open,won&range=6m&compare=previous&window=90d');
  await shows(page, /^“Before” is /);
  await page.getByRole('combobox', { name: 'Break down by' }).selectOption({ label: 'Channel of the first step' });
  await page.getByRole('heading', { name: 'Breakdown' }).waitFor();
  await agrees(page, page.getByRole('button', { name: /Show these \d+ clients/ }));
  await allAgree(page, page.locator('table').first().locator('button'));
  await allAgree(page, page.locator('section[aria-labelledby=breakdown] button'), 3);
  const whole = await page.getByRole('button', { name: /^Came to “Web[^,]*$/ }).first().textContent();
  const [owner] = (await api('/users')).items.filter(({ name }) => name === 'Sara Iqbal');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Owner' }).click();
  await page.getByRole('dialog').getByRole('combobox').selectOption(owner.id);
  await page.waitForFunction((before) => document.querySelector('table button')?.textContent !== before, whole);
  await page.waitForURL(/owner_id=/);
  await agrees(page, page.getByRole('button', { name: /^Came to “Web/ }).first());
});

test('what people did is counted, and each number opens exactly what it counts', async ({ open }) => {
  const { page } = await open(manager, '/funnel?tab=team&range=90d');
  await allAgree(page, page.locator('tbody tr').first().locator('button'));
  await page.getByRole('button', { name: /^Sara Iqbal: Won/ }).click();
  await page.locator('[role=dialog] [role=row][aria-rowindex="2"]').click();
  await page.getByRole('dialog', { name: 'Lead' }).getByRole('heading').first().waitFor();
});

test('rows of a field of several choices overlap and say so, and leads past the first step are told of', async ({ open, api }) => {
  const field = await api('/fields', { method: 'POST', body: JSON.stringify({ entity: 'lead', key: 'extras', label: 'Extras', kind: 'multi_choice', options: ['Battery', 'Wallbox'] }) });
  const [some] = (await api('/leads?kind=open&limit=1')).items;
  const [pipeline] = (await api('/pipelines')).items;
  const stages = pipeline.stages.filter(({ kind }) => kind === 'open');
  const begin = (stage, more) => api('/leads', { method: 'POST', body: JSON.stringify({ contact_id: some.contact_id, pipeline_id: pipeline.id, stage_id: stage.id, title: 'Of several choices', ...more }) });
  const made = [await begin(stages[0], { custom: { extras: ['Battery', 'Wallbox'] } }), await begin(stages.at(-1))];
  const { page } = await open(manager, '/funnel?range=all&by=custom.extras');
  await shows(page, 'A lead may be in several parts');
  await page.getByRole('rowheader', { name: 'Wallbox' }).waitFor();
  await allAgree(page, page.locator('section[aria-labelledby=breakdown] button'), 3);
  await agrees(page, page.getByRole('button', { name: /leads? came in past the first step/ }));
  for (const { id, version } of made) await api(`/leads/${id}`, { method: 'DELETE', headers: { 'If-Match': `"v${version}"` } });
  await api(`/fields/${field.id}`, { method: 'DELETE', headers: { 'If-Match': `"v${field.version}"` } });
});

test('what a number opens is for everybody, as are the days of a forecast', async ({ open }) => {
  for (const colorScheme of ['light', 'dark']) {
    const { page } = await open(manager, '/contacts', { colorScheme, bypassCSP: true });
    for (const [path, name] of [
      ['/funnel?tab=team', /^Sara Iqbal: Touchpoints/], ['/funnel?tab=journey&window=90d', /Show these \d+ clients/], ['/funnel?window=90d', /Show these \d+ leads/],
      ['/segments?tab=rfm', /^Champions: /], ['/funnel?tab=forecast', /^Expected close/],
    ]) {
      await go(page, path);
      await page.getByRole('button', { name }).click();
      await page.getByRole('dialog').waitFor();
      await faultless(page, `${path} ${colorScheme}`);
      await page.keyboard.press('Escape');
    }
  }
});
