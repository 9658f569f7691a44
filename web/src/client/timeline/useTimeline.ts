import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { zone } from '@/ui/zone';
import { clientKey, type Client } from '../useClient';
import type { Entry } from './group';
import type { Month } from './months';

export interface LineFilter {
  channels: string[];
  types: string[];
  online: '' | 'true' | 'false';
  /** Only before this instant: where somebody jumped to. */
  to: string | null;
}

export const EVERYTHING: LineFilter = { channels: [], types: [], online: '', to: null };

/** As the API takes a filter. */
export function lineQuery({ channels, types, online, to }: LineFilter) {
  return {
    ...(channels.length ? { channel: channels.join(',') } : {}), ...(types.length ? { type: types.join(',') } : {}),
    ...(online ? { online: online === 'true' } : {}), ...(to ? { to } : {}),
  };
}

type Page = Schemas['Page_TimelineEntry'];

/** The client's line, the newest first. The first page has come with the client. */
export function useTimeline(client: Client, filter: LineFilter) {
  const id = client.contact.id;
  const whole = filter === EVERYTHING;
  const found = useInfiniteQuery({
    queryKey: [...clientKey(id), 'timeline', filter],
    queryFn: ({ pageParam, signal }): Promise<Page> => take(api.GET('/api/v1/contacts/{id}/timeline', {
      params: { path: { id }, query: { ...lineQuery(filter), limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } }, signal,
    })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    ...(whole ? { initialData: { pages: [client.timeline], pageParams: [''] } } : {}),
  });
  const entries = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  return { ...found, entries };
}

/** The whole history by month, as far as it is not filtered away; where somebody jumped to hides nothing of it. `undefined` until it is known. */
export function useMonths(id: string, filter: LineFilter): readonly Month[] | undefined {
  const query = { ...lineQuery({ ...filter, to: null }), tz: zone() };
  const { data } = useQuery({
    queryKey: [...clientKey(id), 'months', query],
    queryFn: ({ signal }) => take(api.GET('/api/v1/contacts/{id}/timeline/months', { params: { path: { id }, query }, signal })),
    placeholderData: (before) => before,
  });
  return data?.months;
}

/** So many touchpoints are read for the way to a won lead; clients with more are rare. */
const MOST = 1000;

export function useWholeLine(id: string) {
  return useQuery({
    queryKey: [...clientKey(id), 'whole'],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const all: Entry[] = [];
      let cursor: string | undefined;
      do {
        const page: Page = await take(api.GET('/api/v1/contacts/{id}/timeline', { params: { path: { id }, query: { limit: 200, cursor, type: 'interaction' } }, signal }));
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor && all.length < MOST);
      return { entries: all, complete: !cursor };
    },
  });
}
