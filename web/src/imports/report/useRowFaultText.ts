import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { faultText } from '@/ui/problemText';

/** What is wrong with a row, in the person's language; English people read the server's own words, which say most. */
export function useRowFaultText() {
  const { t, i18n } = useTranslation('imports');
  return useCallback(({ code, message }: Schemas['ImportError']) => {
    const key = `fault.${code}`;
    if (i18n.language.startsWith('en') || !i18n.exists(key, { ns: 'imports' })) return faultText({ field: '', code, message });
    return t(key);
  }, [t, i18n]);
}
