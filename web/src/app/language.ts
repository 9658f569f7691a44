export const LANGUAGES = { en: 'English', ru: 'Русский', 'pt-BR': 'Português (Brasil)' } as const;
export type Language = keyof typeof LANGUAGES;

export const LANGUAGE_KEY = 'touchline.language';

function isLanguage(value: string | null | undefined): value is Language {
  return value != null && value in LANGUAGES;
}

/** The language that a locale such as `pt-PT` is shown in. */
export function languageOf(locale: string | null | undefined): Language | null {
  if (!locale) return null;
  const base = locale.split('-')[0]?.toLowerCase();
  return base === 'pt' ? 'pt-BR' : base === 'ru' ? 'ru' : base === 'en' ? 'en' : null;
}

/** The language to begin with: the one chosen in this browser, or else the browser's. */
export function language(): Language {
  const chosen = localStorage.getItem(LANGUAGE_KEY);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map(languageOf).find((found) => found !== null) ?? 'en';
}
