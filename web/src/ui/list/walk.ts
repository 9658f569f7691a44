import { createStore } from '@/app/store';

/** A client in a list that somebody works through, and the lead because of which they are in it. */
export interface Stop {
  id: string;
  lead?: string;
}

/** The list that the open client was opened from: from one client one goes on to the next. */
export const walk = createStore<readonly Stop[]>([]);

export interface Steps {
  place: number;
  count: number;
  before: Stop | undefined;
  after: Stop | undefined;
}

/** What stands before and after a client; nothing where it was not opened from a list. */
export function stepsFrom(stops: readonly Stop[], id: string, lead?: string): Steps | null {
  const exact = stops.findIndex((stop) => stop.id === id && stop.lead === lead);
  const at = exact >= 0 ? exact : stops.findIndex((stop) => stop.id === id);
  if (at < 0 || stops.length < 2) return null;
  // A client with several leads is passed once.
  const other = (stop: Stop) => stop.id !== id;
  return { place: at + 1, count: stops.length, before: stops.slice(0, at).findLast(other), after: stops.slice(at + 1).find(other) };
}
