import assert from 'node:assert/strict';
import { accessible, faultless } from './axe.mjs';
import { shows, test } from './frame.mjs';
import { person, startEmpty, visitor } from './server.mjs';

const [boss, password] = ['boss@example.com', 'a long and quiet river'];

test('an empty server is set up, and whoever is invited may do what the role may', async ({ program, browser }) => {
  const server = await startEmpty(program);
  const people = [];
  try {
    const first = await visitor(browser, { bypassCSP: true });
    people.push(first);
    await setUp(first.page, server.link);
    await accessible(first.page, '/', 'light');
    const invited = await invite(first.page);
    const second = await person(browser, server.address, 'kim@example.com', '/settings', { password: invited });
    people.push(second);
    await onlySells(second.page);
    await accessible(first.page, '/settings/users', 'light');
    assert.deepEqual(people.flatMap(({ faults }) => faults), []);
  } finally {
    for (const { context } of people) await context.close();
    server.stop();
  }
});

test('one begins with a sample company, looks around in it, and removes it', async ({ program, browser }) => {
  const server = await startEmpty(program);
  const first = await visitor(browser, { bypassCSP: true });
  const { page } = first;
  try {
    page.setDefaultTimeout(20_000);
    await page.goto(server.link);
    await page.getByLabel('Your name').fill('Bo Boss');
    await page.getByLabel('E-mail').fill(boss);
    await page.locator('input[type=password]').fill(password);
    await page.getByLabel('Begin with a sample company').check();
    await faultless(page, 'set-up with a sample');
    await page.getByRole('button', { name: 'Begin' }).click();
    await shows(page, 'The sample company is here', { timeout: 60_000 });
    await page.getByRole('heading', { name: 'Four steps to begin with' }).waitFor();
    await page.getByText('0 of 4 done').first().waitFor();
    await faultless(page, 'first steps with a sample');
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await page.locator('[role=row]:has-text("sample")').first().waitFor();
    await page.getByRole('link', { name: 'Settings', exact: true }).click();
    await page.getByRole('link', { name: /^Sample company/ }).first().click();
    await accessible(page, '/settings/sample', 'light');
    await page.getByRole('button', { name: 'Remove the sample company' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the sample company' }).click();
    await shows(page, 'Look around with a sample company', { timeout: 60_000 });
    await shows(page, 'The sample company is gone');
    await page.getByRole('link', { name: 'Contacts', exact: true }).click();
    await page.getByRole('heading', { name: 'Your clients will appear here' }).waitFor();
    for (const name of ['Import a file', 'Connect the website']) await page.getByRole('link', { name }).waitFor();
    await accessible(page, '/contacts', 'light');
    assert.deepEqual(first.faults, []);
  } finally {
    await first.context.close();
    server.stop();
  }
});

async function setUp(page, link) {
  page.setDefaultTimeout(15_000);
  await page.goto(link);
  await page.getByRole('heading', { name: 'Welcome to Touchline' }).waitFor();
  await page.getByLabel('Your name').fill('Bo Boss');
  await page.getByLabel('E-mail').fill(boss);
  await page.locator('input[type=password]').fill('short');
  await shows(page, '7 more characters');
  await page.getByRole('button', { name: 'Begin' }).click();
  await shows(page, 'must have 12 to 128 characters');
  assert.equal(await page.getByLabel('Your name').inputValue(), 'Bo Boss');
  await page.locator('input[type=password]').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Four steps to begin with' }).waitFor();
  assert.equal(new URL(page.url()).hash, '', 'the code does not stay in the address');
}

/** Gives the password that is shown once. */
async function invite(page) {
  await page.getByRole('link', { name: 'Users' }).first().click();
  await page.getByRole('button', { name: 'New user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Kim Seller');
  await dialog.getByLabel('E-mail').fill('kim');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await shows(dialog, 'must be an e-mail address');
  await dialog.getByLabel('E-mail').fill('kim@example.com');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await page.getByRole('dialog', { name: 'Kim Seller can log in now' }).waitFor();
  const shown = await page.locator('[data-secret]').textContent();
  await page.getByRole('button', { name: 'Done' }).click();
  await shows(page, 'kim@example.com');
  return shown;
}

async function onlySells(page) {
  const nav = page.getByRole('navigation', { name: 'Settings' });
  assert.deepEqual(await nav.getByRole('link').evaluateAll((all) => all.map((link) => link.textContent)), [
    'Settings', 'Your account', 'Appearance', 'Pipelines', 'Lost reasons', 'Custom fields', 'Users', 'Teams', 'Roles', 'Who is who', 'Channel groups',
  ]);
  await nav.getByRole('link', { name: 'Pipelines' }).click();
  await shows(page, 'Qualified');
  assert.equal(await page.getByRole('button', { name: /New pipeline|Add a stage|Actions/ }).count(), 0);
  await page.evaluate(() => { history.pushState({}, '', '/settings/api-keys'); dispatchEvent(new PopStateEvent('popstate')); });
  await shows(page, 'You may not open this');
}
