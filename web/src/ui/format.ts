import i18n from 'i18next';
import { useTranslation } from 'react-i18next';
import { prefs } from '@/app/prefs';
import { useStore } from '@/app/useStore';

/** The person's own variety of the chosen language, such as en-GB, for days, numbers and money. */
function locale(): string {
  const language = i18n.language ?? 'en';
  const base = language.split('-')[0];
  return navigator.languages.find((found) => found.split('-')[0] === base) ?? language;
}

const made = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale()}${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Intl.NumberFormat(locale(), options));
  return made.get(key) as Intl.NumberFormat;
}

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const timeZone = options.timeZone ?? (prefs.get().zone || undefined);
  const key = `d${locale()}${timeZone ?? ''}${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Intl.DateTimeFormat(locale(), { ...options, timeZone }));
  return made.get(key) as Intl.DateTimeFormat;
}

/** How many decimals a currency has: 2 for EUR, 0 for JPY, 3 for KWD. */
export function decimals(currency: string): number {
  try {
    return numberFormat({ style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** Money from minor units. Whole amounts come without decimals. */
export function money(minor: number, currency: string, compact = false): string {
  const digits = decimals(currency);
  const amount = minor / 10 ** digits;
  const shown = Number.isInteger(amount) ? 0 : digits;
  try {
    const options: Intl.NumberFormatOptions = compact
      ? { notation: 'compact', maximumFractionDigits: 1 }
      : { minimumFractionDigits: shown, maximumFractionDigits: shown };
    return numberFormat({ style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...options }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}

/** Money of which nobody needs the cents, such as an average. */
export function roundMoney(minor: number, currency: string): string {
  const unit = 10 ** decimals(currency);
  return money(Math.round(minor / unit) * unit, currency);
}

/** What groups thousands here: `1,250` is read as people here write it. */
function groupSign(): string {
  return (numberFormat({}) as Intl.NumberFormat).formatToParts(1_234_567).find(({ type }) => type === 'group')?.value ?? ' ';
}

function plainNumber(text: string): string {
  const bare = text.replace(/[\s\u00a0\u202f']/g, '');
  const sign = groupSign();
  const grouped = /[.,]/.test(sign) && new RegExp(`^-?\\d{1,3}(\\${sign}\\d{3})+(?!\\d)`).test(bare);
  const ungrouped = grouped ? bare.replaceAll(sign, '') : bare;
  // Of two signs the last one stands before the decimals.
  const [last] = /[.,](?=\d*$)/.exec(ungrouped) ?? [];
  return last ? ungrouped.replaceAll(last === '.' ? ',' : '.', '').replace(last, '.') : ungrouped;
}

/** Minor units from what somebody wrote, such as `1,250.50`; `null` where it is no amount. */
export function toMinor(amount: number | string, currency: string): number | null {
  const value = typeof amount === 'number' ? amount : Number(plainNumber(amount));
  return amount === '' || !Number.isFinite(value) ? null : Math.round(value * 10 ** decimals(currency));
}

export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  return numberFormat(options).format(value);
}

export function day(value: string | Date): string {
  // A day without a time is the same day everywhere.
  const bare = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
  const date = bare ? new Date(`${value}T00:00:00Z`) : new Date(value);
  return dateFormat({ day: 'numeric', month: 'short', year: 'numeric', ...(bare ? { timeZone: 'UTC' } : {}) }).format(date);
}

export function time(value: string | Date): string {
  return dateFormat({ hour: 'numeric', minute: '2-digit' }).format(new Date(value));
}

export function dayAndTime(value: string | Date): string {
  return dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(value));
}

export function month(value: string | Date, style: 'short' | 'long' = 'long'): string {
  return dateFormat({ month: style, year: 'numeric' }).format(new Date(value));
}

const UNITS = [['year', 31_536_000], ['month', 2_592_000], ['week', 604_800], ['day', 86_400], ['hour', 3600], ['minute', 60]] as const;

/** `3 days ago`, `in 2 hours`. */
export function relative(value: string | Date, now = Date.now()): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  const found = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  if (!found) return i18n.t('ui:now');
  const key = `r${locale()}`;
  if (!made.has(key)) made.set(key, new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }));
  return (made.get(key) as Intl.RelativeTimeFormat).format(Math.round(seconds / found[1]), found[0]);
}

/** `1 h 12 min`, in the units of the language. */
export function duration(seconds: number): string {
  const unit = (value: number, name: string) => numberFormat({ style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value);
  if (seconds < 60) return unit(Math.round(seconds), 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return unit(minutes, 'minute');
  if (minutes < 48 * 60) return [unit(Math.floor(minutes / 60), 'hour'), minutes % 60 ? unit(minutes % 60, 'minute') : ''].join(' ').trim();
  return unit(Math.round(minutes / 1440), 'day');
}

/** `3 d`, `5 h`: how long in one unit, where minutes beside hours would be noise. */
export function rough(seconds: number): string {
  const [size, unit] = seconds < 3600 ? [60, 'minute'] : seconds < 86_400 ? [3600, 'hour'] : [86_400, 'day'];
  const value = seconds / (size as number);
  return numberFormat({ style: 'unit', unit: unit as string, unitDisplay: 'narrow', maximumFractionDigits: unit === 'day' && value < 10 ? 1 : 0 }).format(value);
}

export function country(code: string): string {
  try {
    return new Intl.DisplayNames([locale()], { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Formats that follow the language and the time zone: a component that uses them draws itself anew when they change. */
export function useFormat() {
  useTranslation('ui');
  useStore(prefs);
  return { money, roundMoney, number, day, time, dayAndTime, month, relative, duration, rough, country };
}
