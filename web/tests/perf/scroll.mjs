import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { person, startEmpty } from '../e2e/server.mjs';

const CONTACTS = 100_000;
const [email, password] = ['boss@example.com', 'a long and quiet river'];
const MAP = ['external_id:shop=id', 'given_name=first', 'family_name=last', 'email=mail', 'phone=phone', 'company=firm', 'tags=tags', 'job_title=title', 'address.city=city']
  .flatMap((field) => ['--map', field]);

function contacts() {
  const lines = Array.from({ length: CONTACTS }, (_, n) =>
    `c-${n},Ann${n},Dvořák${n},ann.dvorak${n}@example.com,+1415${String(2_000_000 + n)},Firm ${n % 5000},"north, vip",Head of things ${n},Brno`);
  return ['id,first,last,mail,phone,firm,tags,title,city', ...lines].join('\n');
}

/** Scrolls a list of 100,000 contacts and finds the frame with the most script in it. */
export async function scroll(program, { tell, executablePath, flags }) {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-scroll-'));
  writeFileSync(join(folder, 'contacts.csv'), contacts());
  execFileSync(program, ['import', join(folder, 'contacts.csv'), ...MAP, '--data', folder], { stdio: ['ignore', 'inherit', 'ignore'] });
  const server = await startEmpty(program, folder);
  const browser = await chromium.launch({ executablePath, args: flags });
  try {
    await setUp(server);
    const { page } = await person(browser, server.address, email, '/contacts', { password });
    await page.waitForSelector('[role=row][aria-rowindex="10"]');
    const events = await traced(browser, page, () => wheel(page));
    const rows = await page.evaluate(() => Math.max(...[...document.querySelectorAll('[role=row][aria-rowindex]')].map((row) => Number(row.getAttribute('aria-rowindex')))));
    const scripts = perFrame(events);
    console.log(`      ${rows} rows passed in ${scripts.length} frames; the busiest: ${scripts.slice(0, 5).map((ms) => ms.toFixed(0)).join(', ')} ms of script`);
    tell(`most script in a frame of ${CONTACTS} contacts scrolled`, scripts[0] ?? 0, 'ms', { most: 50 });
  } finally {
    await browser.close();
    server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function setUp({ link, address }) {
  const token = new URL(link).hash.slice(1);
  const answer = await fetch(`${address}/api/v1/setup`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token, email, name: 'Bo Boss', password }) });
  if (!answer.ok) throw new Error(`set-up: ${answer.status}`);
}

const TURNS = 600;

/** Fast and slow, as fingers do it, and a leap to the end of what is there. */
async function wheel(page) {
  await page.mouse.move(800, 500);
  for (let turn = 0; turn < TURNS; turn += 1) {
    await page.mouse.wheel(0, turn % 100 < 80 ? 900 : 120);
    if (turn % 150 === 149) await page.evaluate(() => { const list = document.querySelector('[role=table]'); list.scrollTop = list.scrollHeight; });
    await page.waitForTimeout(16);
  }
}

async function traced(browser, page, work) {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'devtools.timeline.frame', 'disabled-by-default-devtools.timeline', 'v8', 'disabled-by-default-v8.gc', '__metadata'] });
  await work();
  return JSON.parse(String(await browser.stopTracing())).traceEvents;
}

const SCRIPT = new Set(['FunctionCall', 'EvaluateScript', 'FireAnimationFrame', 'TimerFire', 'RunMicrotasks', 'V8.GCScavenger', 'MajorGC', 'MinorGC', 'EventDispatch', 'XHRLoad', 'v8.callFunction']);

/** Milliseconds of script between two frames of the page's own thread, the most first. */
function perFrame(events) {
  const main = busiest(events);
  const own = events.filter(({ pid, tid }) => pid === main.pid && tid === main.tid).sort((a, b) => a.ts - b.ts);
  const frames = [];
  let [sum, end] = [0, 0];
  for (const { name, ph, ts, dur = 0, tdur = dur } of own) {
    if (name === 'Commit') {
      frames.push(sum / 1000);
      sum = 0;
    }
    // What runs within something that was counted is counted already.
    if (ph !== 'X' || !SCRIPT.has(name) || ts < end) continue;
    // The thread's own time, where the browser tells it: without that of other programs on a busy machine.
    sum += tdur;
    end = ts + dur;
  }
  return [...frames, sum / 1000].sort((a, b) => b - a);
}

/** The page's own thread: the one that draws the frames. */
function busiest(events) {
  const counts = new Map();
  for (const { name, pid, tid } of events) {
    if (name === 'Commit') counts.set(`${pid}.${tid}`, (counts.get(`${pid}.${tid}`) ?? 0) + 1);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  const [pid, tid] = most[0].split('.').map(Number);
  return { pid, tid };
}
