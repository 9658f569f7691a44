import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFields } from '@/app/lookups';
import { FIT } from '../steps/useBreakdowns';

const PLAIN = ['none', 'period', 'owner', 'team', 'source', 'channel_group', 'campaign', 'company', 'segment'] as const;

/** What a journey's clients can be broken down by, their custom fields included: of several choices the API makes one part. */
export function useParts() {
  const { t } = useTranslation('funnel');
  const fields = useFields('contact');
  return useMemo(() => [
    ...PLAIN.map((value) => ({ value: value as string, label: t(`by.${value}`) })),
    ...fields.filter(({ kind }) => FIT.includes(kind) && kind !== 'multi_choice').map(({ key, label }) => ({ value: `custom.${key}`, label: t('by.field', { name: label }) })),
  ], [t, fields]);
}
