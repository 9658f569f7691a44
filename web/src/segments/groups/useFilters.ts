import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import type { FilterField } from '@/ui/filters/model';
import { useSegmentNames } from '../data';

/** Whose clients groups can be of. */
export function useFilters(): FilterField[] {
  const { t } = useTranslation('segments');
  const users = useUsers();
  const segments = useSegmentNames();
  const teams = useQuery({ queryKey: ['teams'], staleTime: 300_000, enabled: useMay('users:read'), queryFn: () => take(api.GET('/api/v1/teams')) }).data?.items;
  return useMemo(() => {
    const field = (key: string, label: string, items: readonly { id: string; name: string }[] | undefined): FilterField => (
      { key, label, kind: 'choice', options: (items ?? []).map(({ id, name }) => ({ value: id, label: name })) });
    return [field('owner_id', t('ui:owner'), users.list), field('team_id', t('rfm.team'), teams), field('segment_id', t('segment'), segments)].filter(({ options }) => options?.length);
  }, [t, users.list, teams, segments]);
}
