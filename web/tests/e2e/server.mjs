import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The real program with the demo's business in a folder of its own. */
export async function startDemo(program) {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-e2e-'));
  const child = spawn(program, ['demo', '--data', folder, '--bind', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const address = await new Promise((resolve, reject) => {
    let said = '';
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
    child.stdout.on('data', (part) => {
      said += part;
      const found = /serves (http:\S+)/.exec(said);
      if (found) resolve(found[1]);
    });
  });
  return {
    address,
    stop() {
      child.removeAllListeners('exit');
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const PASSWORD = 'solar-roof-demo';

/** The API, as somebody who may do everything; what has a body is posted. */
export async function caller(address) {
  const headers = { 'Content-Type': 'application/json' };
  const login = await fetch(`${address}/api/v1/auth/login`, { method: 'POST', headers, body: JSON.stringify({ email: 'admin@northlight.example', password: PASSWORD }) });
  const { access_token: token } = await login.json();
  return async (path, body) => {
    const answer = await fetch(`${address}/api/v1${path}`, {
      method: body ? 'POST' : 'GET', headers: { ...headers, Authorization: `Bearer ${token}` }, ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return answer.json();
  };
}

/** A browser of its own for somebody, logged in at `path`. */
export async function person(browser, address, email, path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.text().includes('Content Security Policy') && faults.push(message.text()));
  await page.goto(address + path);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#main h1');
  return { context, page, faults, password: PASSWORD };
}
