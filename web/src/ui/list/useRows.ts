import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';

export interface RowPage<T> {
  items: T[];
  next_cursor?: string | null;
  total?: number | null;
}

const PAGE = 200;

type Read<T> = (query: Record<string, string | number | boolean>, signal: AbortSignal) => Promise<RowPage<T>>;

/** A list page by page; the first page also says how many there are. */
export function useRows<T>(key: string, query: Record<string, string>, read: Read<T>) {
  const found = useInfiniteQuery({
    queryKey: [key, 'list', query],
    queryFn: ({ pageParam, signal }) => read({ ...query, limit: pageParam ? PAGE : PAGE / 2, ...(pageParam ? { cursor: pageParam } : { total: true }) }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  const { data, fetchNextPage } = found;
  const rows = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const loadMore = useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage]);
  return {
    rows, loadMore,
    total: data?.pages[0]?.total ?? null,
    hasMore: found.hasNextPage,
    loading: found.isFetching && !found.isRefetching,
    stale: found.isPlaceholderData,
    error: found.error,
    retry: () => void found.refetch(),
  };
}
