import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { caller, startDemo } from './server.mjs';
import { sessions } from './sessions.mjs';

export const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
export const [manager, admin] = ['manager@northlight.example', 'admin@northlight.example'];
const tests = [];

/** Waits until a text is shown, once or twice: what comes and what is on its way out may hold the same words for a moment. */
export const shows = (place, text, options) => place.getByText(text).first().waitFor(options);

/** Takes back what was done last, and sees that it is told once: a notification that is still on its way out has the same words. */
export async function takeBack(page) {
  const told = page.getByText('Taken back', { exact: true });
  await told.waitFor({ state: 'detached' });
  const offer = page.getByRole('button', { name: 'Undo', exact: true });
  await offer.click();
  // A notification stays as long as the pointer rests on it.
  await page.mouse.move(0, 0);
  await offer.waitFor({ state: 'detached' });
  await told.waitFor();
}

/**
 * `work` gets `open(email, path, options)`, a browser of somebody's own; `api(path, options)`; `client`, the path of a
 * client who bought, and `lead`, that of what was bought; the server's `address`; and, for servers of its own, the
 * `program` and the `browser`.
 */
export const test = (name, work) => tests.push({ name, work });

/** Runs the tests whose name holds `only` on one server; gives how many failed. */
export async function run(program, only = '') {
  const server = await startDemo(program);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  const api = await caller(server.address);
  const people = sessions(browser, server.address);
  const won = (await api('/leads?kind=won&limit=1')).items[0];
  let failed = 0;
  for (const { name, work } of tests.filter(({ name }) => name.includes(only))) {
    const begun = Date.now();
    const fault = await attempt(work, people, { api, browser, program, address: server.address, client: `/contacts/${won.contact_id}`, lead: `/leads/${won.id}` });
    const took = `${Math.round((Date.now() - begun) / 1000)} s`.padStart(5);
    console.log(fault === null ? `ok    ${took}  ${name}` : `FAIL  ${took}  ${name}\n      ${fault.message}`);
    if (fault !== null) failed += 1;
  }
  await browser.close();
  server.stop();
  return failed;
}

async function attempt(work, sessions, world) {
  const people = [];
  const open = async (...who) => {
    const found = await sessions.take(...who);
    people.push(found);
    return found;
  };
  try {
    await work({ ...world, open });
    assert.deepEqual(people.flatMap(({ faults }) => faults), []);
    for (const person of people) await sessions.giveBack(person);
    return null;
  } catch (error) {
    for (const { context } of people) await context.close();
    return error;
  }
}
