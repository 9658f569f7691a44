import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { type FilterField, type FilterValues, readFilters, toQuery } from '@/ui/filters/model';

export type ListSearch = Record<string, string | undefined>;

/** What a list shows stands in its address, so that it can be sent to somebody and comes back with the back button. */
export function listSearch(search: Record<string, unknown>): ListSearch {
  const texts = Object.entries(search).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(texts.map(([key, value]) => [key, String(value)]));
}

export function useListSearch(fields: FilterField[]) {
  const search: ListSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const set = useCallback((next: ListSearch) => {
    const given = Object.fromEntries(Object.entries(next).filter(([, value]) => value));
    void navigate({ to: '.', search: given as never, replace: true });
  }, [navigate]);
  const { q, sort, view } = search;
  const filters = useMemo(() => readFilters(search, fields.map((field) => field.key)), [search, fields]);
  const query = useMemo(() => ({ ...toQuery(filters, fields), ...(q ? { q } : {}), ...(sort ? { sort } : {}) }), [filters, fields, q, sort]);
  return {
    q: q ?? '', sort, filters, query, search,
    setAll: set,
    setQ: (next: string) => set({ ...filters, sort, view, q: next }),
    setSort: (next: string | undefined) => set({ ...filters, q, view, sort: next }),
    setFilters: (next: FilterValues) => set({ ...next, q, sort, view }),
  };
}
