const KEY = 'touchline.currency';

export const CURRENCIES: string[] = Intl.supportedValuesOf('currency');

/** What somebody chose last serves until they choose otherwise. */
export function usualCurrency(): string {
  const kept = localStorage.getItem(KEY);
  return kept && CURRENCIES.includes(kept) ? kept : 'EUR';
}

export function rememberCurrency(currency: string) {
  localStorage.setItem(KEY, currency);
}
