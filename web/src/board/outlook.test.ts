import { expect, it } from 'vitest';
import { outlook } from './outlook';

const row = (month: string | null, amount: number, weighted_by_history: number | null = amount / 2, currency = 'EUR') =>
  ({ month, currency, leads: 1, amount, weighted: amount / 4, weighted_by_history });

it('sums what was expected before, comes soon, later and some day', () => {
  const parts = outlook([row('2026-01-01', 100), row('2026-02-01', 40), row('2026-03-01', 8), row('2026-06-01', 400), row('2026-07-01', 4), row(null, 12)], new Date(2026, 2, 15));
  expect(parts.map(({ key, month, sums }) => [key, month, sums[0]?.amount])).toEqual([
    ['before', null, 140], ['0', '2026-03-01', 8], ['1', '2026-04-01', undefined], ['2', '2026-05-01', undefined], ['later', null, 404], ['none', null, 12],
  ]);
  expect(parts[0]?.sums).toEqual([{ currency: 'EUR', leads: 2, amount: 140, weighted: 35, history: 70 }]);
});

it('keeps currencies apart and says nothing from history where a part has none', () => {
  const [, month] = outlook([row('2026-02-01', 1), row('2026-03-01', 8), row('2026-03-01', 8, null), row('2026-03-01', 6, 3, 'USD')], new Date(2026, 2, 15));
  expect(month?.sums).toEqual([
    { currency: 'EUR', leads: 2, amount: 16, weighted: 4, history: null }, { currency: 'USD', leads: 1, amount: 6, weighted: 1.5, history: 3 },
  ]);
});

it('is nothing where there is nothing to expect', () => expect(outlook([])).toEqual([]));
