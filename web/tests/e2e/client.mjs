import assert from 'node:assert/strict';
import { faultless } from './axe.mjs';
import { admin, manager, shows, takeBack, test } from './frame.mjs';

const edit = async (page, label, value) => {
  await page.click(`button[aria-label^="Edit: ${label}"]`);
  await page.fill(`input[aria-label="${label}"]`, value);
};

test('what one writes appears at the other, as text, and can be taken back', async ({ open, client }) => {
  const [one, other] = [await open(manager, client), await open(admin, client)];
  await one.page.fill('form textarea', 'Hello <img src=x onerror=alert(1)>');
  await one.page.click('button:has-text("Save note")');
  for (const { page } of [one, other]) await page.waitForSelector('li:has-text("Hello <img src=x onerror=alert(1)>")');
  await takeBack(one.page);
  await one.page.waitForSelector('li:has-text("Hello <img")', { state: 'detached' });
});

test('a wide screen shows the whole record at once, a narrow one a part at a time', async ({ open, client }) => {
  const { page } = await open(manager, client);
  const parts = page.getByRole('radiogroup', { name: 'Parts of the page' });
  const shown = async (width) => {
    await page.setViewportSize({ width, height: 844 });
    await page.waitForSelector('form textarea');
    return parts.isVisible();
  };
  assert.deepEqual([await shown(1440), await shown(390)], [false, true]);
});

test('a phone reads the fields and what belongs to the client when they are chosen, and menus when they are opened', async ({ open, client }) => {
  const { page } = await open(manager, client, { viewport: { width: 390, height: 844 } });
  assert.equal(await page.getByRole('heading', { name: 'Open tasks' }).count(), 0);
  await page.getByRole('radio', { name: 'Details' }).check();
  await page.click('button[aria-label^="Edit: First name"]');
  await page.keyboard.press('Escape');
  await page.getByRole('radio', { name: 'Related' }).check();
  await page.getByRole('heading', { name: 'Open tasks' }).waitFor();
  await faultless(page, 'the parts of a client on a phone');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Open menu' }).click();
  await page.getByRole('link', { name: 'Leads', exact: true }).click();
  await page.getByRole('link', { name: 'Leads', exact: true }).waitFor({ state: 'hidden' });
});

test('two people who change the same field see both values', async ({ open, client }) => {
  const [one, other] = [await open(manager, client), await open(admin, client)];
  // The other's page hears nothing of what happens meanwhile.
  for (const path of ['**/stream*', '**/360']) await other.page.route(path, (route) => route.abort());
  await edit(other.page, 'Job title', 'Theirs');
  await edit(one.page, 'Job title', 'Mine');
  await one.page.keyboard.press('Enter');
  await one.page.waitForSelector('header >> text=Mine');
  await other.page.focus('input[aria-label="Job title"]');
  await other.page.keyboard.press('Enter');
  const dialog = other.page.getByRole('dialog', { name: 'Somebody else has saved meanwhile' });
  await dialog.waitFor();
  assert.deepEqual(await dialog.getByRole('radio').evaluateAll((all) => all.map((radio) => radio.labels[0].textContent)), ['Theirs', 'Mine']);
  await dialog.getByRole('button', { name: 'Save these' }).click();
  await one.page.waitForSelector('header >> text=Theirs');
});

test('a refused value is told at its field', async ({ open, client }) => {
  const { page } = await open(manager, client);
  await edit(page, 'Language', 'no language!');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.mantine-TextInput-error');
  assert.equal(await page.inputValue('input[aria-label="Language"]'), 'no language!');
});

test('a session that ends in the middle loses nothing', async ({ open, client }) => {
  const { page, context, password } = await open(manager, client);
  await page.fill('form textarea', 'Typed before');
  await context.clearCookies();
  const expire = (route) => route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer gone' } });
  await page.route('**/api/v1/interactions', expire, { times: 1 });
  await page.click('button:has-text("Save note")');
  await shows(page, 'Your session has ended');
  await page.fill('[role=dialog] input[type=password]', password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('li:has-text("Typed before")');
});

test('the whole history stands by month, and one jumps to a month by pointer, by key and by date', async ({ open, client, api }) => {
  const id = client.split('/').at(-1);
  const note = { contact: { id }, channel: 'note', body: 'Long ago', occurred_at: '2019-05-07T12:00:00Z' };
  const { id: old } = await api('/interactions', { method: 'POST', body: JSON.stringify(note) });
  const { months } = await api(`/contacts/${id}/timeline/months?tz=Europe/London`);
  const { page } = await open(manager, client, { timezoneId: 'Europe/London', bypassCSP: true });
  const map = page.getByRole('navigation', { name: 'History by month' });
  const bars = map.getByRole('button');
  await bars.first().waitFor();
  assert.match(await bars.first().getAttribute('aria-label'), /^May 2019: 1/);
  assert.equal(await map.locator('button:not([data-empty])').count(), months.length);
  await bars.first().click();
  await shows(page, 'Shown up to 31 May 2019');
  await page.locator('li:has-text("Long ago")').waitFor();
  assert.equal(await page.getByLabel('Jump to a date').inputValue(), '2019-05-31');
  await faultless(page, 'a month of the timeline');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('End');
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), await map.locator('button:not([data-empty])').last().getAttribute('aria-label'));
  await page.keyboard.press('Enter');
  await page.getByText('Shown up to').waitFor({ state: 'detached' });
  await page.getByLabel('Jump to a date').fill('2020-01-01');
  await page.locator('li:has-text("Long ago")').waitFor();
  await page.getByRole('button', { name: 'Back to now' }).click();
  await api(`/interactions/${old}`, { method: 'DELETE', headers: { 'If-Match': '"v1"' } });
});

test('what somebody takes back goes at everybody’s', async ({ open, client, api }) => {
  const { page } = await open(manager, client);
  const body = JSON.stringify({ contact: { id: client.split('/').at(-1) }, channel: 'note', body: 'Taken back soon' });
  await page.locator('ol li').first().waitFor();
  const entry = await api('/interactions', { method: 'POST', body });
  const line = page.locator('li:has-text("Taken back soon")');
  await line.waitFor();
  await api(`/interactions/${entry.id}`, { method: 'DELETE', headers: { 'If-Match': `"v${entry.version}"` } });
  await line.waitFor({ state: 'detached' });
});
