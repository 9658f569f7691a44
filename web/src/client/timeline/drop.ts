import type { InfiniteData } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import type { Gone } from '@/app/stream';
import { type Client, clientKey } from '../useClient';

type Page = Schemas['Page_TimelineEntry'];

/** Takes an entry that is no more off the line that is shown; what is counted is read anew after it. */
export function dropEntry(id: string, gone: Gone) {
  const without = (page: Page): Page => ({ ...page, items: page.items.filter((entry) => entry.id !== gone.id || entry.type !== gone.type) });
  queryClient.setQueriesData<InfiniteData<Page>>({ queryKey: [...clientKey(id), 'timeline'] }, (before) => before && { ...before, pages: before.pages.map(without) });
  queryClient.setQueryData<Client>([...clientKey(id), '360'], (before) => before && { ...before, timeline: without(before.timeline) });
}
