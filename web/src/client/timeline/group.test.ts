import { describe, expect, it } from 'vitest';
import { byDay, type Entry } from './group';

const entry = (at: string, kind: string): Entry =>
  ({ id: at, type: 'interaction', channel: 'web', kind, occurred_at: at }) as Entry;
const shape = (entries: Entry[]) => byDay(entries).map(({ day, lines }) => [day, lines.map((line) => (line.kind === 'pages' ? line.entries.length : line.entry.kind))]);

describe('a timeline', () => {
  it('shows page views in a row as one line', () => {
    expect(shape([entry('2026-03-02T10:03:00', 'form'), entry('2026-03-02T10:02:00', 'page_view'), entry('2026-03-02T10:01:00', 'page_view')]))
      .toEqual([['2026-03-02', ['form', 2]]]);
  });

  it('does not join page views across something else or across days', () => {
    expect(shape([entry('2026-03-02T10:03:00', 'page_view'), entry('2026-03-02T10:02:00', 'form'), entry('2026-03-02T10:01:00', 'page_view'), entry('2026-03-01T10:01:00', 'page_view')]))
      .toEqual([['2026-03-02', [1, 'form', 1]], ['2026-03-01', [1]]]);
  });
});
