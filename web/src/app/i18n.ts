import i18n from 'i18next';
import { initReactI18next } from 'react-i18next';
import { type Language, language as preferred, LANGUAGE_KEY, languageOf } from './language';
import { readTexts } from './texts';

const needed = new Set<string>();

async function load(language: Language) {
  for (const [feature, texts] of await readTexts(language, needed)) {
    if (!i18n.hasResourceBundle(language, feature)) i18n.addResourceBundle(language, feature, texts, true, true);
  }
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
  if (remember) localStorage.setItem(LANGUAGE_KEY, language);
  await i18n.changeLanguage(language);
  show(language);
}

/** Where no choice was made in this browser, the person's own setting counts. */
export async function adoptLocale(locale: string | null | undefined) {
  const wanted = languageOf(locale);
  if (wanted && !localStorage.getItem(LANGUAGE_KEY) && wanted !== i18n.language) await changeLanguage(wanted, false);
}
