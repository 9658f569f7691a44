import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { arrive } from '../e2e/server.mjs';

const PORT = 9333;
const VERSION = '12.8.2';
/** Runs differ with whatever else the machine does: the one in the middle counts, as Lighthouse advises. */
const RUNS = 3;

/** The record page on a first visit, nothing kept but the session: Lighthouse takes a browser that has its cookie already. */
export async function lighthouse({ address, client, tell, executablePath, flags }) {
  const folder = mkdtempSync(join(tmpdir(), 'touchline-lighthouse-'));
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), { executablePath, locale: 'en-GB', args: [...flags, `--remote-debugging-port=${PORT}`] });
  try {
    const page = await context.newPage();
    await arrive(page, address, 'manager@northlight.example', client);
    await page.goto('about:blank');
    for (const device of ['desktop', 'mobile']) {
      const reports = [];
      for (let number = 0; number < RUNS; number += 1) reports.push(await run(address + client, device, join(folder, `${device}.json`)));
      const score = ({ categories }) => categories.performance.score;
      const report = reports.sort((a, b) => score(a) - score(b))[Math.floor(RUNS / 2)];
      const title = report.audits['final-screenshot'] && report.finalDisplayedUrl;
      if (!title?.endsWith(client)) throw new Error(`Lighthouse looked at ${title}`);
      const timings = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift'].map((id) => `${id} ${report.audits[id].displayValue}`);
      console.log(`      ${device}: ${timings.join(', ')}; all ${RUNS}: ${reports.map((one) => Math.round(score(one) * 100)).join(', ')}`);
      tell(`Lighthouse performance, ${device}, middle of ${RUNS}`, score(report) * 100, 'of 100', { least: 90 });
      tell(`Lighthouse accessibility, ${device}`, report.categories.accessibility.score * 100, 'of 100', { least: 95 });
      faults(report);
    }
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function faults(report) {
  const weak = report.categories.accessibility.auditRefs.map(({ id }) => report.audits[id]).filter(({ score }) => score === 0);
  for (const { title, details } of weak) console.log(`      ${title}: ${details?.items?.[0]?.node?.snippet ?? ''}`);
}

async function run(url, device, file) {
  const preset = device === 'desktop' ? ['--preset=desktop'] : [];
  const args = ['--yes', `lighthouse@${VERSION}`, url, `--port=${PORT}`, '--only-categories=performance,accessibility', '--output=json', `--output-path=${file}`, '--quiet', ...preset];
  const child = spawn(process.env.LIGHTHOUSE ?? 'npx', process.env.LIGHTHOUSE ? args.slice(2) : args, { stdio: 'inherit' });
  const code = await new Promise((resolve) => { child.on('exit', resolve); });
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
