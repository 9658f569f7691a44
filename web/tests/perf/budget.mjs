// What a first screen loads, added up from the build itself. node tests/perf/budget.mjs [FOLDER]
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const BUDGET_KB = 350;
const folder = process.argv[2] ?? 'dist';
const assets = join(folder, 'assets');
const files = readdirSync(assets);
const text = new Map(files.map((file) => [file, readFileSync(join(assets, file))]));
const kb = (names) => [...names].reduce((sum, name) => sum + gzipSync(text.get(name), { level: 9 }).length, 0) / 1000;
const named = (source, pattern) => [...source.matchAll(pattern)].map(([, name]) => name).filter((name) => text.has(name));
/** Files that come with this one before it runs. */
const imports = (file) => named(String(text.get(file)), /(?:from|import)\s*["'`]\.\/([^"'`]+)["'`]/g);

function withAll(start) {
  const found = new Set(start);
  for (const file of found) if (file.endsWith('.js')) imports(file).forEach((other) => found.add(other));
  return found;
}

const html = readFileSync(join(folder, 'index.html'), 'utf8');
const first = withAll(named(html, /assets\/([^"]+)"/g));
const heaviest = (of) => files.filter((file) => of.test(file)).sort((a, b) => kb([b]) - kb([a]))[0];
const language = heaviest(/^language-(en|ru|pt-BR)\.js$/);
/** The folder of a screen in `src` says whose texts come with it. */
const features = new Map(readdirSync('src', { recursive: true, encoding: 'utf8' }).map((path) => [basename(path, '.tsx'), path.split('/')[0]]));
/** The client's page comes with what it shares with leads. */
const pages = files.filter((file) => /^(record|\w*Page)\.js$/.test(file));
const sums = pages.map((page) => {
  const style = page.replace(/js$/, 'css');
  const own = heaviest(new RegExp(`^language-[\\w-]+-${features.get(basename(page, '.js'))}\\.js$`));
  const loaded = withAll([...first, language, page, ...[style, own].filter((file) => text.has(file))]);
  return { page, size: kb(loaded) };
}).sort((a, b) => b.size - a.size);

const [most] = sums;
const shell = kb([...first, language]);
console.log(`first load: ${shell.toFixed(0)} kB gzip for the frame, at most ${most.size.toFixed(0)} kB with a screen (${most.page}); may be ${BUDGET_KB} kB`);
if (process.argv.includes('--all')) sums.forEach(({ page, size }) => console.log(`${size.toFixed(1).padStart(8)} kB  ${page}`));
if (most.size > BUDGET_KB) process.exitCode = 1;
