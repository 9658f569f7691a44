import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The real program, in a folder of its own unless it is told one, as soon as it says what `ready` looks for. */
async function start(program, args, ready, given) {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'touchline-e2e-'));
  const child = spawn(program, [...args, '--data', folder, '--bind', '127.0.0.1:0', '--webhook-networks', '127.0.0.1/32'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const found = await new Promise((resolve, reject) => {
    let said = '';
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    child.stdout.on('data', (part) => {
      said += part;
      const match = ready(said);
      if (match) resolve(match);
    });
  });
  return {
    ...found,
    stop() {
      child.removeAllListeners('exit');
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** With the demo's business. */
export function startDemo(program) {
  return start(program, ['demo'], (said) => {
    const [, address] = /serves (http:\S+)/.exec(said) ?? [];
    return address && { address };
  });
}

/** Without anything but what is in `folder`; `link` makes the first administrator. */
export function startEmpty(program, folder) {
  return start(program, ['serve'], (said) => {
    const [, link] = /administrator at (http:\S+)/.exec(said) ?? [];
    return /serves http/.test(said) && link && { link, address: new URL(link).origin };
  }, folder);
}

export const PASSWORD = 'solar-roof-demo';

/** The API, as somebody who may do everything; what has a body is posted. */
export async function caller(address) {
  const headers = { 'Content-Type': 'application/json' };
  const login = await fetch(`${address}/api/v1/auth/login`, { method: 'POST', headers, body: JSON.stringify({ email: 'admin@northlight.example', password: PASSWORD }) });
  const { access_token: token } = await login.json();
  return async (path, options = {}) => {
    const answer = await fetch(`${address}/api/v1${path}`, { ...options, headers: { ...headers, ...options.headers, Authorization: `Bearer ${token}` } });
    return answer.status === 204 ? null : answer.json();
  };
}

/** A browser of its own, and what goes wrong in it. */
export async function visitor(browser, options = {}) {
  return visit(await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options }));
}

/** A page of a browser that is there, and what goes wrong in it. */
export async function visit(context) {
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.text().includes('Content Security Policy') && faults.push(message.text()));
  return { context, page, faults };
}

/** A browser of somebody's own, logged in at `path`. */
export async function person(browser, address, email, path, { password = PASSWORD, ...options } = {}) {
  const found = { ...(await visitor(browser, options)), password };
  await arrive(found.page, address, email, path, password);
  return found;
}

/** Goes to `path`, and logs in where the page asks for it. */
export async function arrive(page, address, email, path, password = PASSWORD) {
  await page.goto(address + path);
  const login = page.locator('input[type=email]');
  await login.or(page.locator('#main h1')).first().waitFor();
  if (!(await login.isVisible())) return;
  await login.fill(email);
  await page.fill('input[type=password]', password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#main h1');
}
