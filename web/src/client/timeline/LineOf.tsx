import type { ReactNode } from 'react';
import { EntryLine } from './EntryLine';
import type { Line } from './group';
import { PagesLine } from './PagesLine';

/** A line of a history; `who` says whose it is where several people's are shown. */
export function LineOf({ line, who }: { line: Line; who?: ReactNode }) {
  if (line.kind === 'entry') return <EntryLine entry={line.entry} who={who} />;
  // One page view alone says which page it was.
  return line.entries.length === 1 ? <EntryLine entry={line.entries[0]} who={who} /> : <PagesLine entries={line.entries} who={who} />;
}

export function idOf(line: Line): string {
  return line.kind === 'entry' ? `${line.entry.type}${line.entry.id}` : `pages${line.entries[0].id}`;
}
