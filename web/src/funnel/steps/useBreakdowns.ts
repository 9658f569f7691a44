import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFields } from '@/app/lookups';

const PLAIN = ['none', 'period', 'owner', 'team', 'source', 'first_touch_group', 'last_touch_group', 'campaign', 'company', 'segment'] as const;
/** Others have too many values to be parts. */
export const FIT: Schemas['Field']['kind'][] = ['choice', 'multi_choice', 'boolean', 'text'];

/** What a funnel can be broken down by, custom fields included. */
export function useBreakdowns() {
  const { t } = useTranslation('funnel');
  const lead = useFields('lead');
  const contact = useFields('contact');
  const company = useFields('company');
  return useMemo(() => {
    const custom = [[lead, 'custom'], [contact, 'contact.custom'], [company, 'company.custom']] as const;
    return [
      ...PLAIN.map((value) => ({ value: value as string, label: t(`by.${value}`) })),
      ...custom.flatMap(([fields, place]) => fields.filter(({ kind }) => FIT.includes(kind)).map(({ key, label }) => ({ value: `${place}.${key}`, label: t('by.field', { name: label }) }))),
    ];
  }, [t, lead, contact, company]);
}
