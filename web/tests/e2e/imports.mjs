import assert from 'node:assert/strict';
import { accessibleInBoth } from './axe.mjs';
import { admin, shows, test } from './frame.mjs';

const FILE = `First name;Last name;Email;Phone;City;Shoe size
Imogen;Importer;imogen@import.example;+447700911001;Leeds;39
Ivo;Importer;not an address;;York;44
`;

test('a file with an error is imported, and the whole import is taken back', async ({ open, api }) => {
  const { page } = await open(admin, '/imports');
  await page.locator('input[type=file]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) });
  await page.getByRole('heading', { name: 'people.csv' }).waitFor();
  // A row that has nothing else to know it by is refused.
  await page.getByText('How the file is read').click();
  await page.getByLabel('A cell that cannot be read').selectOption('refuse');
  await page.getByRole('button', { name: 'Check the file' }).click();
  const cell = page.locator('td[data-fault=error]');
  await shows(cell, "'not an address' must be an e-mail address");
  assert.match(await cell.textContent(), /^not an address/);
  assert.equal((await api('/contacts?q=importer&total=true')).total, 0);
  const { pathname } = new URL(page.url());
  await accessibleInBoth(open, admin, pathname);

  await page.getByRole('button', { name: 'Import 1 row' }).click();
  await shows(page, 'What was done');
  await page.getByRole('link', { name: 'Imogen Importer' }).first().waitFor();
  assert.equal((await api('/contacts?q=importer&total=true')).total, 1);
  await accessibleInBoth(open, admin, pathname);

  await page.getByRole('button', { name: 'Take back the import' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back the import' }).click();
  await shows(page, 'The import was taken back');
  assert.equal((await api('/contacts?q=importer&total=true')).total, 0);
  await page.getByRole('link', { name: 'Import', exact: true }).click();
  await page.waitForSelector('[role=row]:has-text("people.csv"):has-text("Taken back")');
  await accessibleInBoth(open, admin, '/imports');
});

test('a column goes where it is told to, and what cannot be is told at the column', async ({ open }) => {
  const { page } = await open(admin, '/imports');
  await page.locator('input[type=file]').setInputFiles({ name: 'more.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) });
  await page.getByRole('heading', { name: 'more.csv' }).waitFor();
  const target = page.locator('input[aria-label="Where City goes"]');
  await target.click();
  await target.fill('First name');
  await page.getByRole('option', { name: 'First name', exact: true }).first().click();
  await page.getByRole('row', { name: /^City/ }).getByRole('alert').getByText('is given twice').waitFor();
  await page.getByRole('button', { name: 'As proposed' }).click();
  await page.getByRole('row', { name: /^City/ }).getByRole('alert').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Leave out: Shoe size' }).click();
  await page.getByRole('button', { name: 'Check the file' }).click();
  await shows(page, 'What an import would do');
  assert.equal(await page.getByText('New fields:').count(), 0);
});

test('what is wrong with a row is told in the person’s language, with what differs', async ({ open }) => {
  const { page } = await open(admin, '/imports', { locale: 'ru-RU' });
  const file = 'Email,First name,Country\nola@example.com,Ola,Atlantis\nshort@example.com\n';
  await page.locator('input[type=file]').setInputFiles({ name: 'ragged.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await page.getByRole('heading', { name: 'ragged.csv' }).waitFor();
  await page.getByRole('button', { name: 'Проверить файл' }).click();
  await shows(page, 'Ячеек в строке: 1, в заголовке: 3.');
  await shows(page, 'Страна «Atlantis» здесь неизвестна.');
});

test('what a check found is in sight, and a file without a good row cannot be run', async ({ open }) => {
  const { page } = await open(admin, '/imports');
  const name = `${'a_long_name_without_a_space_'.repeat(4)}.csv`;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from('Email,First name\nno address,Ina\n') });
  await page.getByRole('heading', { name }).waitFor();
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.getByText('How the file is read').click();
  await page.getByLabel('A cell that cannot be read').selectOption('refuse');
  await page.getByRole('button', { name: 'Check the file' }).click();
  const found = page.getByRole('heading', { name: 'What an import would do' });
  await found.waitFor();
  await page.waitForTimeout(1000);
  const { y } = await found.boundingBox();
  assert.ok(y < 600, `the result begins at ${y}`);
  assert.ok(await page.getByRole('button', { name: 'Import 0 rows' }).isDisabled());
});
