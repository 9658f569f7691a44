import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { FilterField } from '@/ui/filters/model';
import type { ListSearch } from '../useListSearch';
import { otherFields } from './search';
import { type ListName, useViews } from './useViews';

/** The views of a list, the one that the address names, and the list's fields with those that only it has. */
export function useCurrentView(list: ListName, fields: FilterField[]) {
  const { view: id }: ListSearch = useSearch({ strict: false });
  const views = useViews(list);
  const view = views?.find((one) => one.id === id);
  const all = useMemo(() => (view ? [...fields, ...otherFields(view.filter, fields)] : fields), [view, fields]);
  return { views: views ?? [], view, fields: all };
}
