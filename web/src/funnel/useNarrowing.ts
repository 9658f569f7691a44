import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import type { FilterField } from '@/ui/filters/model';

const MANY = { params: { query: { limit: 200 } } } as const;

/** What the leads of a report can be narrowed by. */
export function useNarrowing(): FilterField[] {
  const { t } = useTranslation('funnel');
  const users = useUsers();
  const teams = useQuery({ queryKey: ['teams'], staleTime: 300_000, enabled: useMay('users:read'), queryFn: () => take(api.GET('/api/v1/teams')) }).data?.items;
  const groups = useQuery({ queryKey: ['channel-groups'], staleTime: 300_000, enabled: useMay('settings:read'), queryFn: () => take(api.GET('/api/v1/channel-groups')) }).data?.rules;
  const segments = useQuery({ queryKey: ['segments', 'names'], staleTime: 60_000, enabled: useMay('segments:read'), queryFn: () => take(api.GET('/api/v1/segments', MANY)) }).data?.items;
  return useMemo(() => {
    const named = (items: readonly { id: string; name: string }[] | undefined) => (items ?? []).map(({ id, name }) => ({ value: id, label: name }));
    const channels = [...new Set(groups?.map(({ group }) => group))].map((value) => ({ value, label: value }));
    const channel: Pick<FilterField, 'kind' | 'options'> = channels.length > 0 ? { kind: 'choice', options: channels } : { kind: 'text' };
    const fields: FilterField[] = [
      { key: 'owner_id', label: t('by.owner'), kind: 'choice', options: named(users.list) },
      { key: 'team_id', label: t('by.team'), kind: 'choice', options: named(teams) },
      { key: 'source', label: t('by.source'), kind: 'text' },
      { key: 'first_touch_group', label: t('by.first_touch_group'), ...channel },
      { key: 'last_touch_group', label: t('by.last_touch_group'), ...channel },
      { key: 'campaign', label: t('by.campaign'), kind: 'text' },
      { key: 'segment_id', label: t('by.segment'), kind: 'choice', options: named(segments) },
    ];
    return fields.filter(({ kind, options }) => kind === 'text' || (options?.length ?? 0) > 0);
  }, [t, users.list, teams, groups, segments]);
}
