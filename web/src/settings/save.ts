import { saveTogether } from '@/ui/conflict/save';

interface Change<T> {
  base: T;
  changes: Partial<T>;
  latest: () => Promise<T>;
  save: (changes: never, version: number) => Promise<T>;
  label: (key: string) => string;
}

function plain(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  if (Array.isArray(value)) return value.map(plain).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Saves a setting that somebody else may be changing, too: both values are shown where they clash. */
export function saveSetting<T extends { version: number }>({ save, ...change }: Change<T>) {
  return saveTogether<T>({ ...change, save: (changes, version) => save(changes as never, version), show: (_, value) => plain(value) });
}
