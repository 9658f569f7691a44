import { useLocalStorage } from '@mantine/hooks';
import type { Column } from './DataTable';

/** Which columns of a list somebody wants to see, kept in this browser. */
export function useColumns<T>(list: string, all: Column<T>[], first: string[]) {
  const [ids, setIds] = useLocalStorage<string[]>({ key: `touchline.columns.${list}`, defaultValue: first, getInitialValueInEffect: false });
  const shown = all.filter((column, index) => index === 0 || ids.includes(column.id));
  return { shown, ids, setIds, reset: () => setIds(first), all };
}
