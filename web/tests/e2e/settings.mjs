import assert from 'node:assert/strict';
import { accessible } from './axe.mjs';
import { admin, shows, takeBack, test } from './frame.mjs';

const PAGES = [
  'account', 'pipelines', 'lost-reasons', 'fields', 'users', 'teams', 'roles', 'websites', 'refused', 'identity', 'channels', 'api-keys', 'webhooks', 'audit', 'sample',
].map((page) => `/settings/${page}`);

for (const colorScheme of ['light', 'dark']) {
  test(`the settings are for everybody, ${colorScheme}`, async ({ open }) => {
    const { page } = await open(admin, '/settings', { colorScheme, bypassCSP: true });
    for (const path of PAGES) await accessible(page, path, colorScheme);
  });
}

test('a stage is added, moved by key and by hand and archived, and taken back', async ({ open, api }) => {
  const { page } = await open(admin, '/settings/pipelines');
  const names = async () => (await api('/pipelines')).items[0].stages.filter((stage) => !stage.archived_at).map(({ name }) => name);
  const before = await names();
  await page.getByRole('button', { name: 'Add a stage' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await shows(dialog, 'must not be blank');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Survey');
  await dialog.getByLabel('Stale after').fill('5');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await shows(page, 'stale after 5 days');
  await page.getByRole('button', { name: /^Move Survey, place 5/ }).press('ArrowUp');
  await page.getByRole('button', { name: /^Move Survey, place 4/ }).waitFor();
  await expect(async () => assert.deepEqual(await names(), [...before.slice(0, 3), 'Survey', ...before.slice(3)]));
  await page.getByRole('button', { name: /^Move Survey, place 4/ }).hover();
  await page.mouse.down();
  const { x, y } = await page.getByRole('button', { name: /^Move .*, place 2/ }).boundingBox();
  await page.mouse.move(x + 10, y + 40, { steps: 4 });
  await page.mouse.move(x + 10, y + 10, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: /^Move Survey, place 2/ }).waitFor();
  await expect(async () => assert.deepEqual(await names(), [before[0], 'Survey', ...before.slice(1)]));
  await page.getByRole('button', { name: 'Actions: Survey' }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await shows(page, '“Survey” archived');
  assert.deepEqual(await names(), before);
  await takeBack(page);
  await expect(async () => assert.ok((await names()).includes('Survey')));
});

test('a website is connected, and an event that was refused is put right', async ({ open, address }) => {
  const { page } = await open(admin, '/settings/websites');
  await page.getByRole('button', { name: 'New write key' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Shop');
  await page.getByPlaceholder('https://www.example.com').fill('shop.example/start');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = await page.locator('[data-secret]').textContent();
  await page.getByRole('tab', { name: 'curl' }).click();
  assert.ok((await page.locator('pre').textContent()).includes(`-u "${key}:"`));
  await shows(page, 'https://shop.example');
  await fetch(`${address}/v1/track`, { method: 'POST', headers: { Authorization: `Basic ${btoa(`${key}:`)}`, Origin: 'https://shop.example' }, body: '{"userId":"settings-7"}' });
  await page.getByRole('link', { name: 'Refused events' }).click();
  await page.getByRole('button', { name: 'track needs event' }).click();
  await page.getByRole('textbox', { name: 'Event' }).fill('{"type":"track","userId":"settings-7","event":"Asked"}');
  await page.getByRole('button', { name: 'Try the corrected one' }).click();
  await page.getByText('The event has been taken.').first().waitFor();
  await page.keyboard.press('Escape');
  await shows(page, 'Taken since');
});

test('the audit log tells who did what, from what to what', async ({ open, api }) => {
  const reason = (await api('/lost-reasons')).items[0];
  const { page } = await open(admin, '/settings/lost-reasons');
  await page.getByRole('button', { name: reason.name, exact: true }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Far too expensive');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Far too expensive', exact: true }).waitFor();
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('button', { name: /changed · Lost reason Far too expensive/ }).click();
  const row = page.getByRole('row', { name: /^name/ });
  assert.deepEqual(await row.getByRole('cell').allTextContents(), [reason.name, 'Far too expensive']);
});

test('a setting that somebody else has saved meanwhile shows both values', async ({ open, api }) => {
  const { page } = await open(admin, '/settings/lost-reasons');
  const reason = (await api('/lost-reasons')).items.at(-1);
  await page.getByRole('button', { name: reason.name, exact: true }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Mine');
  await api(`/lost-reasons/${reason.id}`, { method: 'PATCH', headers: { 'If-Match': `"v${reason.version}"` }, body: JSON.stringify({ name: 'Theirs' }) });
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog', { name: 'Somebody else has saved meanwhile' });
  await dialog.getByRole('radio', { name: 'Theirs' }).waitFor();
  await dialog.getByRole('button', { name: 'Save these' }).click();
  await page.getByRole('button', { name: 'Mine', exact: true }).waitFor();
});

test('a session that was ended elsewhere asks to log in, and what was typed is saved then', async ({ open, api }) => {
  const { page, password, context } = await open('ben@northlight.example', '/settings/account');
  await page.getByRole('textbox', { name: 'Name' }).fill('Benjamin Holroyd');
  await context.clearCookies();
  await page.route('**/api/v1/me', (route) => route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer gone' } }), { times: 1 });
  await page.getByRole('button', { name: 'Save' }).click();
  await shows(page, 'Your session has ended');
  await page.locator('[role=dialog] input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await page.getByText('Saved', { exact: true }).waitFor();
  assert.ok((await api('/users?limit=200')).items.some(({ name }) => name === 'Benjamin Holroyd'));
});

test('times stand in the chosen time zone and lists are as dense as wanted', async ({ open }) => {
  const { page } = await open(admin, '/settings/appearance', { timezoneId: 'Europe/London' });
  await page.getByRole('combobox', { name: 'Time zone' }).click();
  await page.getByRole('combobox', { name: 'Time zone' }).fill('Tokyo');
  await page.getByRole('option', { name: 'Asia/Tokyo' }).click();
  await page.getByText('Compact').click();
  const tokyo = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit' });
  const shown = await page.getByText('This is how it looks').textContent();
  assert.ok([new Date(), new Date(Date.now() - 60_000)].some((at) => shown.includes(tokyo.format(at))), shown);
  await page.getByRole('link', { name: 'Contacts' }).first().click();
  const box = await page.locator('[role=row][aria-rowindex="2"]').boundingBox();
  assert.equal(box.height, 34);
});

/** Tries until it holds. */
async function expect(check, tries = 40) {
  for (; ; tries -= 1) {
    try {
      return await check();
    } catch (error) {
      if (tries === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
