import { fromLocal } from '@/ui/zone';

/** A condition that a list can be narrowed by; its key is the API's parameter. */
export interface FilterField {
  key: string;
  label: string;
  /** The API takes the instant at which a `day` begins, and a `date` as it is. */
  kind: 'text' | 'choice' | 'day' | 'date';
  options?: { value: string; label: string }[];
}

export type FilterValues = Record<string, string>;

/** What stands in the address as filters: only known keys with something in them. */
export function readFilters(search: Record<string, unknown>, keys: readonly string[]): FilterValues {
  const known = keys.filter((key) => typeof search[key] === 'string' || typeof search[key] === 'number');
  return Object.fromEntries(known.map((key) => [key, String(search[key])]).filter(([, value]) => value !== ''));
}

/** As the API takes them: a day becomes the instant at which it begins here. */
export function toQuery(values: FilterValues, fields: readonly FilterField[]): FilterValues {
  const kinds = new Map(fields.map((field) => [field.key, field.kind]));
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, kinds.get(key) === 'day' ? startOfDay(value) : value]));
}

function startOfDay(day: string): string {
  const start = fromLocal(day);
  return Number.isNaN(start.getTime()) ? day : start.toISOString();
}
