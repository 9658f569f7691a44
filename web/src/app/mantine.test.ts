import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const packages = join(root, 'node_modules/@mantine');
const core = join(packages, 'core/esm');
const read = (path: string) => readFileSync(path, 'utf8');
const files = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));

/** What our code and Mantine's other packages take from its core. */
function taken(): Set<string> {
  const ours = files(join(root, 'src')).filter((name) => /\.tsx?$/.test(name));
  const theirs = ['spotlight', 'notifications'].flatMap((name) => files(join(packages, name, 'esm'))).filter((name) => name.endsWith('.mjs'));
  const lists = [...ours, ...theirs].flatMap((file) => [...read(file).matchAll(/import \{([^}]+)\} from ["']@mantine\/core["']/g)]);
  return new Set(lists.flatMap(([, names = '']) => names.split(',')).map((name) => name.trim().split(' ')[0] ?? ''));
}

/** The style sheets of a component and of everything that it is made of. */
function sheets(names: ReadonlySet<string>): Set<string> {
  const at = new Map(files(core).filter((name) => name.endsWith('.mjs')).map((path) => [basename(path, '.mjs'), path]));
  const paths = new Set([...names].flatMap((name) => at.get(name) ?? []));
  for (const path of paths) {
    for (const [, other = ''] of read(path).matchAll(/from ["'](\.[^"']+)["']/g)) paths.add(join(dirname(path), other));
  }
  return new Set([...paths].flatMap((path) => /(\w+)\.module\.mjs$/.exec(path)?.[1] ?? []));
}

it('has the styles of every component that is used', () => {
  const listed = new Set([...read(join(import.meta.dirname, 'mantine.css')).matchAll(/styles\/([\w-]+)\.css/g)].map(([, name]) => name));
  expect([...sheets(taken())].filter((name) => !listed.has(name))).toEqual([]);
});
