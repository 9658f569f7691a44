import type { Schemas } from '@/api/client';
import { toLocal } from '@/ui/zone';

export type Month = Pick<Schemas['TimelineMonth'], 'month' | 'online' | 'offline' | 'other'> & {
  /** The first instant of the next month; absent where nothing happened. */
  to?: string;
};

export const countOf = ({ online, offline, other }: Month) => online + offline + other;

/** `2026-03` after `2026-02`. */
function after(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

/** Every month from the first with anything to now, or to what is to come; months without anything are there, too. */
export function everyMonth(found: readonly Month[], now = new Date()): Month[] {
  const [first] = found;
  if (!first) return [];
  const present = toLocal(now).slice(0, 7);
  const last = [present, found.at(-1)?.month ?? present].sort().at(-1) ?? present;
  const known = new Map(found.map((month) => [month.month, month]));
  const all: Month[] = [];
  for (let month = first.month; month <= last; month = after(month)) all.push(known.get(month) ?? { month, online: 0, offline: 0, other: 0 });
  return all;
}

/** The next month with anything, in a direction: where the arrow keys go. */
export function stepTo(all: readonly Month[], at: number, step: 1 | -1): number {
  for (let index = at + step; index >= 0 && index < all.length; index += step) if (countOf(all[index] as Month) > 0) return index;
  return at;
}

/** The last day that is shown, where it is shown up to an instant. */
export function lastDay(to: string): string {
  return toLocal(new Date(Date.parse(to) - 1)).slice(0, 10);
}
