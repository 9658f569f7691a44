import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, take, type Schemas } from '@/api/client';
import type { Query } from './ask';

export type Funnel = Schemas['Report'];
export type Sales = Schemas['SalesReport'];
export type Times = Schemas['StageTimes'];
export type Forecast = Schemas['Forecast'];
export type Activity = Schemas['Activity'];

interface Answers {
  funnel: Funnel;
  sales: Sales;
  time_in_stage: Times;
  forecast: Forecast;
  activity: Activity;
}
type Kind = keyof Answers;

const ASK: { [K in Kind]: (query: Query, signal: AbortSignal) => Promise<Answers[K]> } = {
  funnel: (query, signal) => take(api.GET('/api/v1/reports/funnel', { params: { query: { ...query, format: 'json' } as never }, signal })) as Promise<Funnel>,
  sales: (query, signal) => take(api.GET('/api/v1/reports/sales', { params: { query: query as never }, signal })),
  time_in_stage: (query, signal) => take(api.GET('/api/v1/reports/time-in-stage', { params: { query: query as never }, signal })),
  forecast: (query, signal) => take(api.GET('/api/v1/reports/forecast', { params: { query: query as never }, signal })),
  activity: (query, signal) => take(api.GET('/api/v1/reports/activity', { params: { query: query as never }, signal })),
};

/** A report as a snapshot kept it. */
export async function kept<T>(id: string, signal: AbortSignal): Promise<T> {
  const snapshot = await take(api.GET('/api/v1/report-snapshots/{id}', { params: { path: { id } }, signal }));
  if (!snapshot.body) throw new Error(snapshot.problem ?? 'empty');
  return snapshot.body as unknown as T;
}

/** A report as it is now, or as a snapshot kept it. */
export function useReport<K extends Kind>(kind: K, query: Query, snapshot: string | undefined) {
  return useQuery<Answers[K], Error, Answers[K]>({
    queryKey: ['reports', kind, snapshot ?? query], staleTime: snapshot ? Infinity : 60_000, enabled: kind === 'activity' || Boolean(query.pipeline_id),
    queryFn: ({ signal }): Promise<Answers[K]> => (snapshot ? kept<Answers[K]>(snapshot, signal) : ASK[kind](query, signal)),
    placeholderData: keepPreviousData as never,
  });
}
