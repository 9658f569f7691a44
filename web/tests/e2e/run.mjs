// End to end: the real program, a real browser. node tests/e2e/run.mjs PROGRAM
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';
import { caller, person, startDemo } from './server.mjs';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [manager, admin] = ['manager@northlight.example', 'admin@northlight.example'];
const tests = [];
const test = (name, work) => tests.push({ name, work });

const edit = async (page, label, value) => {
  await page.click(`button[aria-label^="Edit: ${label}"]`);
  await page.fill(`input[aria-label="${label}"]`, value);
};

test('what one writes appears at the other, as text, and can be taken back', async ({ open, client }) => {
  const [one, other] = [await open(manager, client), await open(admin, client)];
  await one.page.fill('form textarea', 'Hello <img src=x onerror=alert(1)>');
  await one.page.click('button:has-text("Save note")');
  for (const { page } of [one, other]) await page.waitForSelector('li:has-text("Hello <img src=x onerror=alert(1)>")');
  await one.page.click('button:has-text("Undo")');
  await one.page.waitForSelector('li:has-text("Hello <img")', { state: 'detached' });
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
  await page.getByText('Your session has ended').waitFor();
  await page.fill('[role=dialog] input[type=password]', password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('li:has-text("Typed before")');
});

test('a server that is away is told, and the page goes on when it is back', async ({ open }) => {
  const { page, context } = await open(manager, '/contacts');
  await context.setOffline(true);
  await page.fill('input[type=search]', 'rahman');
  await page.getByText('The server does not answer.').first().waitFor();
  await context.setOffline(false);
  await page.getByText('The server does not answer.').first().waitFor({ state: 'detached', timeout: 20_000 });
  await page.waitForSelector('[role=row]:has-text("Rahman")');
});

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

for (const [locale, word] of [['en-GB', 'Contacts'], ['ru-RU', 'Контакты'], ['pt-BR', 'Contatos']]) {
  test(`the screens speak ${locale} and are for everybody, light and dark`, async ({ open, client }) => {
    for (const colorScheme of ['light', 'dark']) {
      const { page } = await open(manager, '/contacts', { locale, colorScheme, bypassCSP: true });
      await page.getByRole('heading', { name: word }).waitFor();
      for (const path of ['/contacts', client, '/', '/leads', '/companies']) await accessible(page, path, colorScheme);
    }
  });
}

async function accessible(page, path, scheme) {
  await page.evaluate((to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }, path);
  await page.waitForSelector('#main h1');
  await page.waitForTimeout(900);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run());
  assert.deepEqual(violations.map(({ id, nodes }) => `${path} ${scheme} ${id}: ${nodes[0].html}`), []);
}

const [program] = process.argv.slice(2);
if (!program) throw new Error('say which program: node tests/e2e/run.mjs PROGRAM');
const server = await startDemo(program);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
const api = await caller(server.address);
const won = (await api('/leads?kind=won&limit=1')).items[0];
let failed = 0;
for (const { name, work } of tests) {
  const people = [];
  const open = async (...who) => {
    const found = await person(browser, server.address, ...who);
    found.page.setDefaultTimeout(15_000);
    people.push(found);
    return found;
  };
  try {
    await work({ open, api, client: `/contacts/${won.contact_id}` });
    assert.deepEqual(people.flatMap(({ faults }) => faults), []);
    console.log(`ok    ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name}\n      ${error.message}`);
  }
  for (const { context } of people) await context.close();
}
await browser.close();
server.stop();
process.exitCode = failed === 0 ? 0 : 1;
