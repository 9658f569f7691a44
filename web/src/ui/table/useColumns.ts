import { useLocalStorage } from '@mantine/hooks';
import { useState } from 'react';
import type { Column } from './DataTable';

interface View {
  id: string;
  columns: readonly string[];
}

/** Which columns of a list somebody wants to see, kept in this browser; a view has columns of its own. */
export function useColumns<T>(list: string, all: Column<T>[], first: string[], view?: View) {
  const [own, setOwn] = useLocalStorage<string[]>({ key: `touchline.columns.${list}`, defaultValue: first, getInitialValueInEffect: false });
  const [tried, setTried] = useState<{ view: string; ids: string[] } | null>(null);
  const changed = view !== undefined && tried?.view === view.id;
  const given = view && view.columns.length > 0 ? [...view.columns] : own;
  const ids = changed ? tried.ids : given;
  const chosen = all.filter((column, index) => index > 0 && ids.includes(column.id));
  // A view says in which order, too.
  if (given !== own && !changed) chosen.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
  return {
    all, ids, changed,
    shown: [...all.slice(0, 1), ...chosen],
    setIds: (next: string[]) => (view ? setTried({ view: view.id, ids: next }) : setOwn(next)),
    reset: () => (view ? setTried(null) : setOwn(first)),
  };
}
