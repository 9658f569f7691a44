import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import type { Month } from '@/client/timeline/months';
import { type LineFilter, lineQuery } from '@/client/timeline/useTimeline';
import { saveTogether } from '@/ui/conflict/save';
import { notifyDone } from '@/ui/notify';
import { zone } from '@/ui/zone';

export type Company = Schemas['Company'];

const keyOf = (id: string) => ['companies', 'one', id] as const;

export function useCompany(id: string) {
  return useQuery({ queryKey: keyOf(id), queryFn: ({ signal }) => take(api.GET('/api/v1/companies/{id}', { params: { path: { id } }, signal })) });
}

const MOST = 200;

/** Who works there, and how many there are in all. */
export function usePeople(id: string) {
  return useQuery({ queryKey: ['contacts', 'of', id], queryFn: () => take(api.GET('/api/v1/contacts', { params: { query: { company_id: id, limit: MOST, total: true } } })) });
}

export function useCompanyLeads(id: string) {
  return useQuery({ queryKey: ['leads', 'of', id], queryFn: () => take(api.GET('/api/v1/leads', { params: { query: { company_id: id, limit: MOST, total: true } } })) });
}

/** The lines of the company's people as one, the newest first. */
export function useCompanyLine(id: string, filter: LineFilter) {
  const found = useInfiniteQuery({
    queryKey: ['companies', 'line', id, filter],
    queryFn: ({ pageParam, signal }): Promise<Schemas['Page_TimelineEntry']> => take(api.GET('/api/v1/companies/{id}/timeline', {
      params: { path: { id }, query: { ...lineQuery(filter), limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }, signal,
    })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  const entries = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  return { ...found, entries };
}

/** The whole history of the company's people by month, as far as it is not filtered away. `undefined` until it is known. */
export function useCompanyMonths(id: string, filter: LineFilter): readonly Month[] | undefined {
  const query = { ...lineQuery({ ...filter, to: null }), tz: zone() };
  const { data } = useQuery({
    queryKey: ['companies', 'months', id, query],
    queryFn: ({ signal }) => take(api.GET('/api/v1/companies/{id}/timeline/months', { params: { path: { id }, query }, signal })),
    placeholderData: (before) => before,
  });
  return data?.months;
}

type Label = (key: string) => string;
type Show = (key: string, value: unknown) => string;

/** Saves changed fields of the company; others' changes meanwhile are kept or asked about. */
export function useSaveCompany(company: Company, label: Label, show: Show) {
  const { t } = useTranslation('ui');
  return useCallback(async (changes: Partial<Company>) => {
    const path = { id: company.id };
    const { kind, record } = await saveTogether<Company>({
      base: company, changes, label, show,
      latest: () => take(api.GET('/api/v1/companies/{id}', { params: { path } })),
      save: (body, version) => take(api.PATCH('/api/v1/companies/{id}', { params: { path, header: ifMatch(version) }, body: body as never })),
    });
    queryClient.setQueryData(keyOf(company.id), record);
    if (kind === 'merged') notifyDone(t('conflict.merged'));
    void queryClient.invalidateQueries({ queryKey: ['companies'] });
  }, [company, label, show, t]);
}

interface Sum {
  currency: string;
  amount: number;
}

/** What leads of a kind come to, by currency. */
export function sumsOf(leads: readonly Pick<Schemas['Lead'], 'amount' | 'currency' | 'stage_kind'>[], kind: Schemas['StageKind']): Sum[] {
  const sums = new Map<string, number>();
  for (const { amount, currency, stage_kind } of leads) {
    if (stage_kind === kind && amount != null && currency) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  }
  return [...sums].map(([currency, amount]) => ({ currency, amount }));
}
