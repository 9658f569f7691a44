import assert from 'node:assert/strict';
import { manager, shows, takeBack, test } from './frame.mjs';

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
  await shows(page, '“vip” added to 2 contacts');
  assert.equal(await page.locator('[role=row]:has-text("vip")').count(), 2);
  await takeBack(page);
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
  const requests = asked(page);
  await page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Delete' }).click();
  await shows(page, '2 contacts deleted');
  await takeBack(page);
  assert.deepEqual(requests.filter((request) => !request.startsWith('GET')), ['POST /contacts/delete', 'POST /contacts/restore']);
  await page.locator('[role=row][aria-rowindex="2"]').click();
  await shows(page, /^1 of/);
  await page.keyboard.press('Shift+J');
  await shows(page, /^2 of/);
  await page.getByRole('heading', { level: 1, name: names[1] }).waitFor();
  await page.keyboard.press('Shift+K');
  await shows(page, /^1 of/);
});

/** What the page asks of the API from now on. */
function asked(page) {
  const all = [];
  page.on('request', (request) => request.url().includes('/api/v1/') && all.push(`${request.method()} ${new URL(request.url()).pathname.slice('/api/v1'.length)}`));
  return all;
}

test('leads bear the names of their clients, and are ordered by worth and by their expected close', async ({ open, api }) => {
  const { page } = await open(manager, '/settings');
  const requests = asked(page);
  await page.getByRole('link', { name: 'Leads', exact: true }).click();
  const order = page.getByRole('combobox', { name: 'Order' });
  for (const sort of ['-amount', 'expected_close_on']) {
    await order.selectOption(sort);
    const [first] = (await api(`/leads?limit=1&sort=${sort}`)).items;
    const row = page.locator('[role=row][aria-rowindex="2"]');
    await row.filter({ hasText: first.title }).filter({ hasText: first.contact_name }).waitFor();
  }
  assert.deepEqual(requests.filter((request) => request === 'GET /contacts'), []);
  await page.getByRole('columnheader', { name: 'Amount' }).getByRole('button').click();
  await page.waitForURL(/sort=-?amount/);
});

test('many leads are moved with one request, and each goes back to its own stage', async ({ open, api }) => {
  const { page } = await open(manager, '/leads?kind=open&sort=-amount');
  const leads = (await api('/leads?kind=open&sort=-amount&limit=3')).items;
  const stagesOf = () => Promise.all(leads.map(async ({ id }) => (await api(`/leads/${id}`)).stage_id));
  const before = await stagesOf();
  for (const row of [2, 3, 4]) await page.check(`[role=row][aria-rowindex="${row}"] input`);
  const requests = asked(page);
  await page.getByRole('region', { name: '3 selected' }).getByRole('button', { name: 'Stage' }).click();
  await page.getByRole('menuitem', { name: 'Offer' }).click();
  await shows(page, '3 leads moved');
  assert.deepEqual(requests.filter((request) => request.startsWith('POST')), ['POST /leads/stage']);
  assert.equal(new Set(await stagesOf()).size, 1);
  await takeBack(page);
  assert.deepEqual(await stagesOf(), before);
});

test('what somebody else changed meanwhile stays as it is where many are moved or deleted', async ({ open, api }) => {
  const { page } = await open(manager, '/leads?kind=open&sort=-amount');
  const leads = (await api('/leads?kind=open&sort=-amount&limit=3')).items;
  await page.getByRole('row', { name: leads[0].title }).first().waitFor();
  const headers = { 'If-Match': `"v${leads[0].version}"` };
  await api(`/leads/${leads[0].id}`, { method: 'PATCH', headers, body: JSON.stringify({ expected_close_on: '2031-01-02' }) });
  for (const row of [2, 3, 4]) await page.check(`[role=row][aria-rowindex="${row}"] input`);
  await page.getByRole('region', { name: '3 selected' }).getByRole('button', { name: 'Delete' }).click();
  await shows(page, '2 leads deleted');
  await shows(page, '1 was changed by somebody else meanwhile');
  assert.equal((await api(`/leads/${leads[0].id}`)).deleted_at, null);
  await takeBack(page);
  const deleted = await Promise.all(leads.map(async ({ id }) => (await api(`/leads/${id}`)).deleted_at));
  assert.deepEqual(deleted, [null, null, null]);
});
