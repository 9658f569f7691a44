import type { Language } from './language';

type Texts = Record<string, string>;
type Files = Record<string, Texts>;
/** What most screens say, in one file a language. */
const first: Record<Language, () => Promise<{ default: Files }>> = {
  en: () => import('./texts/en'),
  ru: () => import('./texts/ru'),
  'pt-BR': () => import('./texts/pt-BR'),
};
/** Come with the screens that say them, not with the first. */
const later = import.meta.glob<Texts>('/src/{duplicates,funnel,imports,segments,settings}/locales/*.json', { import: 'default' });
const folder = (path: string) => path.split('/').at(-3) ?? '';

/** The texts of all features but those that come later, and of those of the latter that are named, by feature. */
export async function readTexts(language: Language, named: ReadonlySet<string> = new Set()): Promise<[feature: string, texts: Texts][]> {
  const wanted = Object.entries(later).filter(([path]) => path.endsWith(`/${language}.json`) && named.has(folder(path)));
  const [{ default: files }, ...others] = await Promise.all([
    first[language](),
    ...wanted.map(async ([path, read]): Promise<[string, Texts]> => [folder(path), await read()]),
  ]);
  return [...Object.entries(files).map(([path, texts]): [string, Texts] => [folder(path), texts]), ...others];
}
