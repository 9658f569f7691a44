import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RowPage } from './useRows';

/** A list that is read on at the press of a button. */
export function useMore<T>(key: readonly unknown[], read: (cursor: string | undefined, signal: AbortSignal) => Promise<RowPage<T>>, refetchInterval?: (rows: T[]) => number | false) {
  const found = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => read(pageParam || undefined, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: refetchInterval && (({ state }) => refetchInterval(state.data?.pages.flatMap((page) => page.items) ?? [])),
  });
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  return { ...found, rows };
}
