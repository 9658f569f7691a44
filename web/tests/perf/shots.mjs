// Pictures of every screen, to look at, in the language of $LOCALE. npm run shots -- PROGRAM FOLDER [PART OF A NAME]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { FLAGS } from '../e2e/frame.mjs';
import { arrive, caller, startDemo, visitor } from '../e2e/server.mjs';

const [program, folder, only = ''] = process.argv.slice(2);
if (!program || !folder) throw new Error('say which program and where to: npm run shots -- PROGRAM FOLDER [PART OF A NAME]');
const WIDTHS = [1440, 390];
const SCHEMES = ['light', 'dark'];
const TABS = ['channels', 'journey', 'times', 'sales', 'forecast', 'team'];
const SETTINGS = ['account', 'appearance', 'pipelines', 'lost-reasons', 'fields', 'users', 'teams', 'roles', 'websites', 'refused', 'identity', 'channels', 'decide', 'api-keys', 'webhooks', 'audit'];

const post = (body) => ({ method: 'POST', body: JSON.stringify(body) });
/** A client whose every field is hard to show. */
const AWKWARD = {
  given_name: 'Wolfeschlegelsteinhausenbergerdorff'.repeat(2), family_name: 'محمد بن عبد الله الخوارزمي', job_title: '<img src=x onerror="document.title=1">',
  tags: ['<script>alert(1)</script>', 'لون', 'a-tag-that-is-much-longer-than-any-tag-ought-to-be'], emails: [{ address: `${'very.long.'.repeat(5)}address@example-with-a-long-name.example` }],
  custom: { interests: ['Solar', 'Battery', 'Heat pump'], budget: { amount: 1234567890, currency: 'GBP' } },
};

async function screens(api) {
  const won = (await api('/leads?kind=won&limit=1')).items[0];
  const company = (await api('/companies?limit=1')).items[0];
  const segment = await api('/segments', post({ name: 'Invited to the open day', description: 'Kept by hand' }));
  await api('/fields', post({ entity: 'contact', key: 'interests', label: 'Interested in', kind: 'multi_choice', options: ['Solar', 'Battery', 'Heat pump'] }));
  await api('/fields', post({ entity: 'contact', key: 'budget', label: 'Budget', kind: 'money' }));
  const awkward = await api('/contacts', post(AWKWARD));
  if (!awkward.id) throw new Error(JSON.stringify(awkward));
  return [
    ['today', '/'], ['client', `/contacts/${won.contact_id}`], ['awkward', `/contacts/${awkward.id}`], ['lead', `/leads/${won.id}`], ['company', `/companies/${company.id}`],
    ...['contacts', 'companies', 'leads', 'board', 'funnel', 'segments', 'imports', 'duplicates', 'settings'].map((name) => [name, `/${name}`]),
    ['funnel-breakdown', '/funnel?by=first_touch_group&compare=previous'], ['funnel-modes', '/funnel?mode=all'], ...TABS.map((tab) => [`funnel-${tab}`, `/funnel?tab=${tab}`]),
    ['segments-rfm', '/segments?tab=rfm'], ['segments-new', '/segments/new'], ['segment', `/segments/${segment.id}`],
    ...SETTINGS.map((name) => [`settings-${name}`, `/settings/${name}`]),
  ].filter(([name]) => name.includes(only));
}

/** What sticks out of the screen sideways. */
const overflow = () => document.documentElement.scrollWidth - innerWidth;

mkdirSync(folder, { recursive: true });
const server = await startDemo(program);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
const wanted = await screens(await caller(server.address));
const { context, page, faults } = await visitor(browser, { locale: process.env.LOCALE ?? 'en-GB' });
await arrive(page, server.address, 'admin@northlight.example', '/');
for (const [name, path] of wanted) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width > 1000 ? 900 : 844 });
    await page.goto(server.address + path);
    await page.waitForSelector('#main h1');
    await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
    await page.waitForTimeout(500);
    const wide = await page.evaluate(overflow);
    if (wide > 0) console.log(`${name} is ${wide} px too wide at ${width}`);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), animations: 'disabled' });
    }
  }
}
faults.forEach((fault) => console.log(fault));
await context.close();
await browser.close();
server.stop();
