import type { Entry } from './group';

export interface Month {
  /** `2026-03` */
  month: string;
  online: number;
  offline: number;
}

const two = (value: number) => String(value).padStart(2, '0');

/** How much happened in each month, from the first with anything to now; months without anything are there, too. */
export function months(entries: readonly Pick<Entry, 'occurred_at' | 'online'>[], now = new Date()): Month[] {
  if (entries.length === 0) return [];
  const counted = new Map<string, Month>();
  let first = now;
  for (const { occurred_at, online } of entries) {
    const at = new Date(occurred_at);
    if (at < first) first = at;
    const month = `${at.getFullYear()}-${two(at.getMonth() + 1)}`;
    const found = counted.get(month) ?? { month, online: 0, offline: 0 };
    found[online ? 'online' : 'offline'] += 1;
    counted.set(month, found);
  }
  const all: Month[] = [];
  for (let at = new Date(first.getFullYear(), first.getMonth(), 1); at <= now; at = new Date(at.getFullYear(), at.getMonth() + 1, 1)) {
    const month = `${at.getFullYear()}-${two(at.getMonth() + 1)}`;
    all.push(counted.get(month) ?? { month, online: 0, offline: 0 });
  }
  return all;
}

/** The instant at which the month after begins. */
export function endOf(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(year, number, 1).toISOString();
}
