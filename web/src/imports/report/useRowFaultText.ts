import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import { faultText } from '@/ui/problemText';

/** What the words of a problem need to be told in full; imports of former versions tell none of it. */
const NEEDED: Record<string, readonly string[]> = {
  assumed_entry: ['stage', 'from'], blocked: ['value'], gap: ['stage', 'next', 'from', 'until'], overlap: ['stage', 'next', 'from', 'until'],
  ragged: ['cells', 'expected'], unknown_country: ['value'], unknown_owner: ['value'],
};
const TIMES = ['from', 'until'];

/** What is wrong with a row, in the person's language; English people read the server's own words, which say most. `apart`: its cell is not beside it. */
export function useRowFaultText() {
  const { t, i18n } = useTranslation('imports');
  const { number, dayAndTime } = useFormat();
  return useCallback(({ code, message, column_name: column, params }: Schemas['ImportError'], apart = false) => {
    const given: Record<string, unknown> = params ?? {};
    const english = i18n.language.startsWith('en');
    const place = () => {
      if (!apart || column == null) return '';
      return `${!english && typeof given.value === 'string' ? t('fault.cell', { column, value: given.value }) : column}: `;
    };
    const shown = ([name, value]: [string, unknown]) => [name, typeof value === 'number' ? number(value) : TIMES.includes(name) ? dayAndTime(String(value)) : value];
    const words = () => {
      const whole = `fault.${code}.${code === 'unknown' ? String(given.what) : 'told'}`;
      const told = code === 'unknown' ? given.name != null : NEEDED[code]?.every((name) => given[name] != null);
      const key = told && i18n.exists(whole, { ns: 'imports' }) ? whole : `fault.${code}`;
      if (english || !i18n.exists(key, { ns: 'imports' })) return faultText({ field: '', code, message, params: given });
      return t(key, Object.fromEntries(Object.entries(given).map(shown)));
    };
    return place() + words();
  }, [t, i18n, number, dayAndTime]);
}
