import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { admin, shows, test } from './frame.mjs';

/** Where webhooks arrive; `answer` is the status it gives. */
async function receiver() {
  const got = [];
  const found = { got, answer: 200 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    got.push({ headers: request.headers, body });
    response.writeHead(found.answer).end('thank you');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(found, { url: `http://127.0.0.1:${server.address().port}/hook`, stop: () => server.close() });
}

function isSigned({ headers, body }, secret) {
  const sign = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
  const signature = sign.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`).digest('base64');
  return headers['webhook-signature'].split(' ').includes(`v1,${signature}`);
}

test('a webhook is made, tried, followed in its log, sent again, and given another secret', async ({ open, api }) => {
  const there = await receiver();
  try {
    const { page } = await open(admin, '/settings/webhooks');
    await page.getByRole('button', { name: 'New webhook' }).first().click();
    await page.getByLabel('Address').fill('ftp://nowhere');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.mantine-TextInput-error').waitFor();
    await page.getByLabel('Address').fill(there.url);
    await page.getByLabel('What it is for').fill('Orders');
    await page.getByRole('button', { name: 'Save' }).click();
    const secret = await page.locator('[data-secret]').textContent();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { name: 'Orders' }).waitFor();

    there.answer = 500;
    await page.getByRole('button', { name: 'Send a test' }).click();
    await shows(page, 'The test did not arrive');
    const before = there.got.length;
    await api('/contacts', { method: 'POST', body: JSON.stringify({ given_name: 'Hook' }) });
    await page.reload();
    await page.getByRole('button', { name: 'Contact: created' }).click();
    const log = page.getByRole('dialog', { name: 'Contact: created' });
    await log.getByText('Answered 500').first().waitFor();
    await log.getByText('thank you').first().waitFor();
    there.answer = 200;
    await log.getByRole('button', { name: 'Send again' }).click();
    await shows(log, 'Answered 200');
    assert.equal(new Set(there.got.slice(before).map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.ok(there.got.every((message) => isSigned(message, secret)));
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Actions: Orders' }).click();
    await page.getByRole('menuitem', { name: 'New secret' }).click();
    await page.getByRole('button', { name: 'Make a new secret' }).click();
    const next = await page.locator('[data-secret]').textContent();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await shows(page, 'The test arrived: 200');
    assert.notEqual(next, secret);
    for (const one of [secret, next]) assert.ok(isSigned(there.got.at(-1), one));
  } finally {
    there.stop();
  }
});
