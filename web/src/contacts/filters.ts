import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useFields } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { choicesOf } from '@/ui/custom';
import type { FilterField } from '@/ui/filters/model';
import { useOwnerOptions } from '@/ui/filters/owners';

function useSegments() {
  const enabled = useMay('segments:read');
  const { data } = useQuery({
    queryKey: ['segments', 'names'], enabled, staleTime: 60_000,
    queryFn: () => take(api.GET('/api/v1/segments', { params: { query: { limit: 200 } } })),
  });
  return data?.items;
}

export function useContactFilters(): FilterField[] {
  const { t } = useTranslation('contacts');
  const owners = useOwnerOptions();
  const custom = useFields('contact');
  const segments = useSegments();
  return useMemo(() => [
    { key: 'owner_id', label: t('ui:owner'), kind: 'choice', options: owners },
    { key: 'tag', label: t('tag'), kind: 'text' },
    { key: 'source', label: t('source'), kind: 'text' },
    ...(segments?.length ? [{ key: 'segment_id', label: t('segment'), kind: 'choice', options: segments.map(({ id, name }) => ({ value: id, label: name })) } as FilterField] : []),
    { key: 'city', label: t('city'), kind: 'text' },
    { key: 'country', label: t('country.code'), kind: 'text' },
    { key: 'job_title', label: t('job'), kind: 'text' },
    { key: 'email', label: t('email'), kind: 'text' },
    { key: 'phone', label: t('phone'), kind: 'text' },
    { key: 'consent', label: t('consent'), kind: 'choice', options: ['email', 'call', 'sms'].flatMap((channel) => ['granted', 'withdrawn'].map((state) => ({ value: `${channel}:${state}`, label: `${t(`ui:channel.${channel}`)}: ${t(`consent.${state}`)}` }))) },
    { key: 'created_from', label: t('created.from'), kind: 'day' },
    { key: 'created_to', label: t('created.to'), kind: 'day' },
    ...custom.filter((field) => ['choice', 'text', 'number', 'boolean'].includes(field.kind)).map((field): FilterField => ({
      key: `custom.${field.key}`, label: field.label, kind: field.kind === 'choice' ? 'choice' : 'text', options: choicesOf(field.options),
    })),
  ], [t, owners, custom, segments]);
}
