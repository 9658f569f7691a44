import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useUsers } from '@/app/lookups';
import type { FilterField } from '@/ui/filters/model';

export function useCompanyFilters(): FilterField[] {
  const { t } = useTranslation('companies');
  const users = useUsers();
  return useMemo(() => [
    { key: 'owner_id', label: t('ui:owner'), kind: 'choice', options: [{ value: 'none', label: t('ui:nobody') }, ...users.list.map(({ id, name }) => ({ value: id, label: name }))] },
    { key: 'tag', label: t('tag'), kind: 'text' },
    { key: 'industry', label: t('industry'), kind: 'text' },
    { key: 'domain', label: t('domain'), kind: 'text' },
    { key: 'city', label: t('city'), kind: 'text' },
    { key: 'source', label: t('source'), kind: 'text' },
    { key: 'created_from', label: t('created.from'), kind: 'day' },
    { key: 'created_to', label: t('created.to'), kind: 'day' },
  ], [t, users.list]);
}
