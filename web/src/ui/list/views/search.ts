import { fromLocal, toLocal } from '@/ui/zone';
import { type FilterField, type FilterValues, toQuery } from '@/ui/filters/model';
import type { ListSearch } from '../useListSearch';

interface Kept {
  filter: Record<string, unknown>;
  sort?: string | null;
}

/** What a list shows now, as a view keeps it: the API's own parameters. */
export function toView(filters: FilterValues, q: string, sort: string | undefined, fields: readonly FilterField[]) {
  return { filter: { ...toQuery(filters, fields), ...(q ? { q } : {}) }, sort: sort ?? null };
}

/** A view as it stands in a list's address: the instant at which a day begins is that day. */
export function toSearch({ filter, sort }: Kept, fields: readonly FilterField[]): ListSearch {
  const days = new Set(fields.filter(({ kind }) => kind === 'day').map(({ key }) => key));
  const shown = Object.entries(filter).map(([key, value]) => [key, days.has(key) ? dayOf(String(value)) : String(value)]);
  return { ...Object.fromEntries(shown), ...(sort ? { sort } : {}) };
}

/** What is within a day stays as it is: the list shall hold what the view's maker saw. */
function dayOf(value: string): string {
  const at = new Date(value);
  if (Number.isNaN(at.getTime())) return value;
  const day = toLocal(at).slice(0, 10);
  return fromLocal(day).getTime() === at.getTime() ? day : value;
}

/** The filters of a view that the list has no words for: they are shown by their names, and can be taken away. */
export function otherFields(filter: Record<string, unknown>, fields: readonly FilterField[]): FilterField[] {
  const known = new Set(['q', ...fields.map(({ key }) => key)]);
  return Object.keys(filter).filter((key) => !known.has(key)).map((key) => ({ key, label: key, kind: 'text' }));
}

const ordered = (filter: Record<string, unknown>) => JSON.stringify(Object.entries(filter).map(([key, value]) => [key, String(value)]).sort());

export function isSame(one: Kept, other: Kept): boolean {
  return ordered(one.filter) === ordered(other.filter) && (one.sort ?? null) === (other.sort ?? null);
}
