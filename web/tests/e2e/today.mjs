import assert from 'node:assert/strict';
import { faultless } from './axe.mjs';
import { manager, shows, takeBack, test } from './frame.mjs';

test('a salesperson works the list of today', async ({ open, api }) => {
  const { page } = await open('tom@northlight.example', '/');
  const first = page.locator('[data-row]').first();
  const title = await first.locator('[dir=auto]').first().textContent();
  await first.getByRole('checkbox').click();
  await shows(page, `“${title}” is done`);
  await takeBack(page);
  await page.locator('[data-row]').first().getByRole('button', { name: /^Later/ }).click();
  await page.getByRole('menuitem', { name: 'In a week' }).click();
  await shows(page, 'put off');
  assert.ok((await api('/tasks?state=open&limit=1')).items.length > 0);
});

test('who waits for a reply is answered in place, and stale leads are moved on', async ({ open, api }) => {
  const { page } = await open(manager, '/', { bypassCSP: true });
  await page.getByText("Everyone's", { exact: true }).click();
  const from = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const waiting = async () => (await api(`/interactions/awaiting-reply?limit=200&from=${from}`)).items;
  const [first] = await waiting();
  const replies = page.getByRole('region', { name: /^Waiting for a reply/ });
  const rows = replies.getByRole('listitem');
  await rows.first().getByText(first.contact_name).waitFor();
  await replies.getByRole('button', { name: `Log an answer to ${first.contact_name}` }).first().click();
  await page.getByLabel(`What was answered to ${first.contact_name}?`).fill('We call tomorrow');
  await faultless(page, 'an answer');
  await page.getByRole('button', { name: 'Log an answer', exact: true }).last().click();
  await shows(page, `Answer to ${first.contact_name} logged`);
  assert.ok(!(await waiting()).some(({ contact_id }) => contact_id === first.contact_id));
  await takeBack(page);
  await rows.first().getByText(first.contact_name).waitFor();

  const stale = page.getByRole('region', { name: /^Standing too long/ });
  const [lead] = (await api('/leads?stale=true&sort=stage_entered_at&limit=1')).items;
  await stale.getByRole('listitem').first().getByText(lead.contact_name).waitFor();
  const choice = stale.getByRole('listitem').first().getByRole('combobox');
  const [now, ...others] = await choice.locator('option').evaluateAll((all) => all.map((option) => option.value)).then((ids) => [lead.stage_id, ...ids.filter((id) => id !== lead.stage_id)]);
  await choice.selectOption(others[0]);
  await takeBack(page);
  assert.equal((await api(`/leads/${lead.id}`)).stage_id, now);
});

test('who needs no answer is put aside, by button and by key, and waits again where that is taken back', async ({ open, api }) => {
  const { page } = await open(manager, '/');
  await page.getByText("Everyone's", { exact: true }).click();
  const from = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const waiting = () => api(`/interactions/awaiting-reply?limit=100&total=true&from=${from}`);
  const { items: [first], total } = await waiting();
  const replies = page.getByRole('region', { name: `Waiting for a reply ${total.toLocaleString('en')}` });
  await replies.waitFor();
  const isGone = async () => !(await waiting()).items.some(({ contact_id }) => contact_id === first.contact_id);
  async function goneAndBack() {
    await shows(page, `${first.contact_name} waits for no answer any more`);
    assert.ok(await isGone());
    await page.getByRole('region', { name: `Waiting for a reply ${(total - 1).toLocaleString('en')}` }).waitFor();
    await takeBack(page);
    await replies.waitFor();
    assert.ok(!(await isGone()));
  }
  await replies.getByRole('button', { name: `Needs no answer: ${first.contact_name}` }).first().click();
  await goneAndBack();

  const place = await page.locator('[data-row]').evaluateAll((rows) => rows.findIndex((row) => row.closest('section').getAttribute('aria-labelledby') === 'today-replies'));
  for (let step = 0; step <= place; step += 1) await page.keyboard.press('j');
  await page.keyboard.press('e');
  await goneAndBack();
});

test('one sees one’s own work of today, asked for as such', async ({ open }) => {
  const { page } = await open('tom@northlight.example', '/settings');
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url())));
  await page.getByRole('link', { name: 'Today' }).click();
  await page.locator('[data-row]').first().waitFor();
  const own = asked.filter(({ pathname }) => /\/(leads|tasks|awaiting-reply)$/.test(pathname));
  assert.ok(own.length >= 4 && own.every(({ searchParams }) => searchParams.get('owner_id') === 'me' || searchParams.get('assignee_id') === 'me'), own.join(' '));
  assert.ok(asked.every(({ pathname }) => !pathname.endsWith('/contacts')), 'names and numbers come along');
});

test('who has nothing to do sees what colleagues have', async ({ open }) => {
  const { page } = await open('admin@northlight.example', '/', { bypassCSP: true });
  await page.getByRole('heading', { name: 'Nothing of yours is waiting' }).waitFor();
  await shows(page, /^Colleagues have \d+ things to do today/);
  await faultless(page, 'nothing to do');
  await page.getByRole('button', { name: "See everyone's" }).click();
  await page.locator('[data-row]').first().waitFor();
});
