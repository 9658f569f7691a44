import { describe, expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { type Card, isStale, shift } from './shift';

const card = (id: string, stage: string, amount: number | null = 100, currency: string | null = 'EUR') =>
  ({ id, stage_id: stage, stage_kind: 'open', stage_entered_at: '2026-01-01T00:00:00Z', amount, currency }) as Card;

const column = (id: string, items: Card[], totals: Schemas['Money'][], stale = 0) =>
  ({ stage: { id, kind: 'open', stale_after_days: 7 }, count: items.length, totals, stale, leads: { items } }) as unknown as Schemas['Column'];

const board = (columns: Schemas['Column'][]) => ({ columns }) as Schemas['Board'];

describe('a card that moves', () => {
  it('takes its worth and its stale mark along', () => {
    const [one, two] = [card('1', 'a'), card('2', 'a', 50)];
    const after = shift(board([column('a', [one, two], [{ currency: 'EUR', amount: 150 }], 2), column('b', [], [])]), one, 'b', '2026-02-01T00:00:00Z');
    expect(after.columns.map(({ count, stale, totals }) => [count, stale, totals])).toEqual([
      [1, 1, [{ currency: 'EUR', amount: 50 }]], [1, 0, [{ currency: 'EUR', amount: 100 }]],
    ]);
    expect(after.columns[1]?.leads.items[0]).toMatchObject({ id: '1', stage_id: 'b', stage_entered_at: '2026-02-01T00:00:00Z' });
  });

  it('keeps currencies apart, and has none where it is worth nothing', () => {
    const dollars = card('1', 'a', 30, 'USD');
    const after = shift(board([column('a', [dollars], [{ currency: 'USD', amount: 30 }]), column('b', [], [{ currency: 'EUR', amount: 5 }])]), dollars, 'b');
    expect(after.columns[1]?.totals).toEqual([{ currency: 'EUR', amount: 5 }, { currency: 'USD', amount: 30 }]);
    const free = card('2', 'a', null, null);
    expect(shift(board([column('a', [free], []), column('b', [], [])]), free, 'b').columns[1]?.totals).toEqual([]);
  });
});

it('is stale only after the days that its stage allows', () => {
  const stage = { stale_after_days: 7 } as Schemas['Stage'];
  expect(isStale(card('1', 'a'), stage, Date.parse('2026-01-07T23:00:00Z'))).toBe(false);
  expect(isStale(card('1', 'a'), stage, Date.parse('2026-01-08T01:00:00Z'))).toBe(true);
  expect(isStale(card('1', 'a'), { ...stage, stale_after_days: null })).toBe(false);
});
