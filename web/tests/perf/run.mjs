// What issue 6 asks of speed, measured. npm run perf -- PROGRAM [weight|ready|lighthouse|scroll]
import { chromium } from 'playwright-core';
import { FLAGS } from '../e2e/frame.mjs';
import { caller, person, startDemo } from '../e2e/server.mjs';
import { lighthouse } from './lighthouse.mjs';
import { ready } from './ready.mjs';
import { scroll } from './scroll.mjs';
import { weight } from './weight.mjs';

const [program, only = ''] = process.argv.slice(2);
if (!program) throw new Error('say which program: npm run perf -- PROGRAM [weight|ready|lighthouse|scroll]');
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
let failed = false;

/** One line a figure; `most` and `least` are what it may be. */
function tell(name, value, unit, { most = Infinity, least = -Infinity } = {}) {
  const good = value <= most && value >= least;
  const wanted = most < Infinity ? ` (at most ${most})` : least > -Infinity ? ` (at least ${least})` : '';
  console.log(`${good ? 'ok  ' : 'FAIL'}  ${name}: ${Number(value.toFixed(1))} ${unit}${wanted}`);
  if (!good) failed = true;
}

async function onDemo() {
  const server = await startDemo(program);
  try {
    const api = await caller(server.address);
    const won = (await api('/leads?kind=won&limit=1')).items[0];
    const world = { address: server.address, client: `/contacts/${won.contact_id}`, tell, executablePath, flags: FLAGS };
    if (only !== 'lighthouse') {
      const browser = await chromium.launch({ executablePath, args: FLAGS });
      const { page } = await person(browser, server.address, 'manager@northlight.example', '/contacts', { serviceWorkers: 'block' });
      if ('weight'.includes(only)) await weight(page, world);
      if ('ready'.includes(only)) await ready(page, world);
      await browser.close();
    }
    if ('lighthouse'.includes(only)) await lighthouse(world);
  } finally {
    server.stop();
  }
}

if (only !== 'scroll') await onDemo();
if ('scroll'.includes(only)) await scroll(program, { tell, executablePath, flags: FLAGS });
process.exitCode = failed ? 1 : 0;
