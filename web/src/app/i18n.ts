import i18n from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = { en: 'English', ru: 'Русский', 'pt-BR': 'Português (Brasil)' } as const;
export type Language = keyof typeof LANGUAGES;

type Texts = Record<string, string>;
const files = import.meta.glob<Texts>('/src/*/locales/*.json', { import: 'default' });
/** Come with the screens that say them, not with the first. */
const LATER = ['duplicates', 'funnel', 'imports', 'segments', 'settings'];
const needed = new Set<string>();
const KEY = 'touchline.language';

function isLanguage(value: string | null | undefined): value is Language {
  return value != null && value in LANGUAGES;
}

/** The language that a locale such as `pt-PT` is shown in. */
export function languageOf(locale: string | null | undefined): Language | null {
  if (!locale) return null;
  const base = locale.split('-')[0]?.toLowerCase();
  return base === 'pt' ? 'pt-BR' : base === 'ru' ? 'ru' : base === 'en' ? 'en' : null;
}

function preferred(): Language {
  const chosen = localStorage.getItem(KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map(languageOf).find((found) => found !== null) ?? 'en';
}

async function load(language: Language) {
  const wanted = Object.entries(files)
    .map(([path, read]) => ({ path, read, folder: path.split('/').at(-3) ?? '' }))
    .filter(({ path, folder }) => path.endsWith(`/${language}.json`) && (!LATER.includes(folder) || needed.has(folder)));
  await Promise.all(wanted.map(async ({ folder, read }) => {
    if (!i18n.hasResourceBundle(language, folder)) i18n.addResourceBundle(language, folder, await read(), true, true);
  }));
}

/** Reads the texts of a feature whose texts do not come at the start. */
export async function needTexts(feature: string) {
  needed.add(feature);
  await load(i18n.language as Language);
}

/** A screen together with its feature's texts. */
export function saying<T>(feature: string, read: () => Promise<T>): () => Promise<T> {
  return async () => {
    const [screen] = await Promise.all([read(), needTexts(feature)]);
    return screen;
  };
}

/** Each feature's folder is a namespace. */
export async function startI18n() {
  const language = preferred();
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    defaultNS: 'ui',
    resources: {},
    keySeparator: false,
    interpolation: { escapeValue: false },
    react: { bindI18nStore: 'added' },
  });
  await load(language);
  show(language);
}

function show(language: Language) {
  document.documentElement.lang = language;
}

export async function changeLanguage(language: Language, remember = true) {
  await load(language);
  if (remember) localStorage.setItem(KEY, language);
  await i18n.changeLanguage(language);
  show(language);
}

/** Where no choice was made in this browser, the person's own setting counts. */
export async function adoptLocale(locale: string | null | undefined) {
  const wanted = languageOf(locale);
  if (wanted && !localStorage.getItem(KEY) && wanted !== i18n.language) await changeLanguage(wanted, false);
}
