import type { Schemas } from '@/api/client';
import { toLocal } from '@/ui/zone';

export type Entry = Schemas['TimelineEntry'];

/** One line of the timeline: an entry, or several page views in a row. */
export type Line = { kind: 'entry'; entry: Entry } | { kind: 'pages'; entries: [Entry, ...Entry[]] };

export interface Day {
  /** `2026-03-01`, in the reader's time. */
  day: string;
  lines: Line[];
}

function dayOf(instant: string): string {
  return toLocal(new Date(instant)).slice(0, 10);
}

function isPageView(entry: Entry): boolean {
  return entry.type === 'interaction' && entry.channel === 'web' && entry.kind === 'page_view';
}

/** Entries by day; page views of one client that follow each other on a day become one line. */
export function byDay(entries: readonly Entry[]): Day[] {
  const days: Day[] = [];
  for (const entry of entries) {
    const day = dayOf(entry.occurred_at);
    let last = days.at(-1);
    if (last?.day !== day) days.push((last = { day, lines: [] }));
    add(last.lines, entry);
  }
  return days;
}

function add(lines: Line[], entry: Entry) {
  const before = lines.at(-1);
  if (!isPageView(entry)) lines.push({ kind: 'entry', entry });
  else if (before?.kind === 'pages' && before.entries[0].contact_id === entry.contact_id) before.entries.push(entry);
  else lines.push({ kind: 'pages', entries: [entry] });
}
