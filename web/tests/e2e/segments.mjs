import assert from 'node:assert/strict';
import { accessibleInBoth, go } from './axe.mjs';
import { manager, shows, takeBack, test } from './frame.mjs';
import { allAgree } from './numbers.mjs';

const add = async (page, scope, name) => {
  await scope.getByRole('button', { name: 'Add condition' }).last().click();
  await page.getByRole('menuitem', { name }).last().click();
};
const choose = async (page, input, option) => {
  await input.click();
  await page.getByRole('option', { name: option, exact: true }).last().click();
};

async function members(api, id) {
  const all = [];
  let cursor = '';
  do {
    const page = await api(`/segments/${id}/members?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    all.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}

/** Touchpoints on the web in the last 30 days, and neither at a place nor with a tag. */
async function build(page) {
  const rule = page.locator('#main');
  await page.getByLabel('Name').first().fill('Warm on the web');
  await add(page, rule, /^Touchpoints/);
  const touch = page.getByRole('group', { name: 'Touchpoints' });
  await touch.getByRole('button', { name: 'Narrow down' }).click();
  await page.getByRole('menuitem', { name: 'Channel', exact: true }).click();
  await choose(page, touch.locator('input[placeholder="Channel"]'), 'Website');
  await page.keyboard.press('Escape');
  await add(page, rule, /^Group/);
  const group = page.getByRole('group', { name: 'Any of these' });
  await group.getByRole('button', { name: 'Not' }).click();
  const none = page.getByRole('group', { name: 'None of these' });
  await add(page, none, /^Field/);
  await none.locator('input[placeholder="Value"]').fill('Leeds');
  await page.keyboard.press('Enter');
  await add(page, none, /^Tag/);
  await none.locator('input[placeholder="Tag"]').fill('customer');
}

test('a segment is built, its count is that of its members, and it says why', async ({ open, api }) => {
  const { page } = await open(manager, '/segments/new');
  await build(page);
  await shows(page, /^At least one touchpoint \(channel: website\),? in the last 30 days,? and not \(city is “Leeds” or tag “customer”\)/);
  const count = Number((await page.getByTestId('count').textContent()).replace(/\D/g, ''));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Warm on the web' }).waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1);
  const all = await members(api, id);
  assert.ok(count > 0);
  assert.equal(all.length, count);
  await page.getByTestId('members').getByText(`${count} members`).waitFor();
  assert.ok(all.every(({ address, tags }) => address?.city !== 'Leeds' && !tags.includes('customer')));
  await page.waitForSelector(`[role=row]:has-text("${all[0].display_name}")`);
  await page.getByRole('button', { name: /^Why/ }).first().click();
  await page.getByRole('dialog').getByText(/touchpoint.* \(channel: website\)/).first().waitFor({ timeout: 20_000 });
  await accessibleInBoth(open, manager, `/segments/${id}`);
});

test('a fault stands at its place in the rule and is not saved', async ({ open }) => {
  const { page } = await open(manager, '/segments/new');
  await page.getByLabel('Name').first().fill('Faulty');
  await add(page, page.locator('#main'), /^Field/);
  const field = page.getByRole('group', { name: 'Field' });
  await choose(page, field.locator('input[aria-label="Field"]'), 'E-mail');
  await field.locator('input[placeholder="Value"]').fill('no address');
  await page.keyboard.press('Enter');
  await field.locator('[data-fault="rule.all[0]"]').getByText('must be an e-mail address').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await shows(page, 'Not saved yet: see the marked places.');
  // What was built is there again after a reload.
  await page.reload();
  await shows(page, 'What you had begun is here again.');
  assert.equal(await page.getByLabel('Name').first().inputValue(), 'Faulty');
});

test('people are put on a list by name and by file and taken off again, and the list comes back from the bin', async ({ open, api }) => {
  const { page } = await open(manager, '/segments');
  await page.getByRole('button', { name: 'New segment' }).click();
  await page.getByRole('menuitem', { name: /^A list kept by hand/ }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('Fair guests');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Fair guests' }).waitFor();
  const [one, other] = (await api('/contacts?limit=50')).items.filter(({ emails }) => emails.length > 0);
  await page.locator('input[type=file]').setInputFiles({ name: 'guests.csv', mimeType: 'text/csv', buffer: Buffer.from(`email\n${one.emails[0].address}\n${other.emails[0].address}\nnobody@nowhere.example\n`) });
  await shows(page, '2 clients added');
  await shows(page, '1 row names nobody here:');
  await page.check('[role=row][aria-rowindex="2"] input');
  await page.getByRole('button', { name: 'Take off the list' }).click();
  await shows(page, '1 client taken off');
  await page.getByTestId('members').getByText('1 member').waitFor();
  await takeBack(page);
  await page.getByTestId('members').getByText('2 members').waitFor();

  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Deleted segments' }).click();
  await page.getByRole('button', { name: 'Put back “Fair guests”' }).click();
  await shows(page, '“Fair guests” is back');
  await page.getByRole('listitem').filter({ hasText: 'Fair guests' }).waitFor({ state: 'detached' });
  assert.equal((await api('/segments')).items.find(({ name }) => name === 'Fair guests').members, 2);
});

test('groups of buyers are shown as of a day and of whom, and each opens exactly its clients', async ({ open }) => {
  const { page } = await open(manager, '/segments?tab=rfm');
  const cards = page.locator('li button');
  await allAgree(page, cards);
  const sum = async () => (await cards.allTextContents()).reduce((total, text) => total + Number(text), 0);
  const now = await sum();
  await page.getByRole('link', { name: /^Make a segment: Champions/ }).waitFor();
  const day = new Date(Date.now() - 200 * 86_400_000).toISOString().slice(0, 10);
  await page.getByLabel('At the end of').fill(day);
  await page.waitForURL(new RegExp(`as_of=${day}`));
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  await shows(page, /^Everybody who has bought/);
  assert.ok(await sum() < now, 'fewer had bought by then');
  assert.equal(await page.getByRole('link', { name: /^Make a segment/ }).count(), 0);
  await allAgree(page, cards);
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Team' }).click();
  await page.getByRole('dialog').getByRole('combobox').selectOption({ label: 'Homes' });
  await page.waitForURL(/team_id=/);
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
  await allAgree(page, cards);
});

test('groups of buyers are saved as a report, found among the others, and kept as they were', async ({ open, api }) => {
  const { page } = await open(manager, '/segments?tab=rfm&as_of=2026-05-31');
  await page.getByRole('button', { name: /^Champions/ }).waitFor();
  const told = await page.locator('li button').allTextContents();
  await page.getByRole('button', { name: 'Save report' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Buyers in May');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await shows(page, '“Buyers in May” saved');
  await go(page, '/funnel');
  await page.getByRole('button', { name: 'Saved reports' }).click();
  await page.getByRole('button', { name: 'Snapshots and files of “Buyers in May”' }).click();
  await page.getByRole('button', { name: 'Take a snapshot now' }).click();
  await page.getByRole('button', { name: /\d{4}, \d/ }).first().click();
  await shows(page, /This is a snapshot of/);
  await page.getByRole('button', { name: /^Champions/ }).waitFor();
  assert.deepEqual(await page.locator('li button').allTextContents(), told);
  await allAgree(page, page.locator('li button'));
  await page.getByRole('button', { name: 'Show it as it is now' }).click();
  await page.waitForURL((url) => !url.search.includes('snapshot') && url.search.includes('as_of=2026-05-31'));
  const saved = (await api('/saved-reports?limit=200')).items.find(({ name }) => name === 'Buyers in May');
  assert.equal(saved.kind, 'rfm');
  await api(`/saved-reports/${saved.id}`, { method: 'DELETE', headers: { 'If-Match': `"v${saved.version}"` } });
});
