import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const languages = ['en', 'ru', 'pt-BR'];
const PLURAL = /_(one|few|many|other)$/;

function folders(): string[] {
  return readdirSync(root).filter((name) => existsSync(join(root, name, 'locales')));
}

function texts(feature: string, language: string): Record<string, string> {
  return JSON.parse(readFileSync(join(root, feature, 'locales', `${language}.json`), 'utf8'));
}

function keys(feature: string, language: string): string[] {
  return [...new Set(Object.keys(texts(feature, language)).map((key) => key.replace(PLURAL, '')))].sort();
}

describe.each(folders())('texts of %s', (feature) => {
  it('are there in every language, with the same gaps to fill', () => {
    const gaps = (language: string) => Object.entries(texts(feature, language))
      .map(([key, text]) => [key.replace(PLURAL, ''), [...text.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort().join()] as const)
      .filter(([, names]) => names !== '' && names !== 'count');
    for (const language of languages) {
      expect(keys(feature, language), language).toEqual(keys(feature, 'en'));
      expect(new Map(gaps(language)), language).toEqual(new Map(gaps('en')));
      for (const [key, text] of Object.entries(texts(feature, language))) expect(text, `${language} ${key}`).not.toBe('');
    }
  });

  it('are the ones that the code asks for', () => {
    const known = new Map(folders().map((name) => [name, new Set(keys(name, 'en'))]));
    for (const [file, source] of sources(join(root, feature))) {
      const own = /useTranslation\(\[?'(\w+)'/.exec(source)?.[1];
      for (const [, key = ''] of source.matchAll(/\bt\('([^'$]+)'/g)) {
        const [namespace, name] = key.includes(':') ? key.split(':') : [own ?? 'ui', key];
        expect(known.get(namespace ?? '')?.has(name ?? ''), `${file}: ${key}`).toBe(true);
      }
    }
  });
});

function sources(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.test)\.tsx?$/.test(name))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
}
