import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { FilterField } from '@/ui/filters/model';
import { useOwnerOptions } from '@/ui/filters/owners';

export function useCompanyFilters(): FilterField[] {
  const { t } = useTranslation('companies');
  const owners = useOwnerOptions();
  return useMemo(() => [
    { key: 'owner_id', label: t('ui:owner'), kind: 'choice', options: owners },
    { key: 'tag', label: t('tag'), kind: 'text' },
    { key: 'industry', label: t('industry'), kind: 'text' },
    { key: 'domain', label: t('domain'), kind: 'text' },
    { key: 'city', label: t('city'), kind: 'text' },
    { key: 'source', label: t('source'), kind: 'text' },
    { key: 'created_from', label: t('created.from'), kind: 'day' },
    { key: 'created_to', label: t('created.to'), kind: 'day' },
  ], [t, owners]);
}
