import type { Language } from './language';

type Texts = Record<string, string>;
const files = import.meta.glob<Texts>('/src/*/locales/*.json', { import: 'default' });
/** Come with the screens that say them, not with the first. */
const LATER = ['duplicates', 'funnel', 'imports', 'segments', 'settings'];

/** The texts of all features but those that come later, and of those of the latter that are named, by feature. */
export function readTexts(language: Language, named: ReadonlySet<string> = new Set()): Promise<[feature: string, texts: Texts][]> {
  const wanted = Object.entries(files)
    .map(([path, read]) => ({ path, read, folder: path.split('/').at(-3) ?? '' }))
    .filter(({ path, folder }) => path.endsWith(`/${language}.json`) && (!LATER.includes(folder) || named.has(folder)));
  return Promise.all(wanted.map(async ({ folder, read }): Promise<[string, Texts]> => [folder, await read()]));
}
