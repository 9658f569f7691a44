import { expect, it } from 'vitest';
import { endOf, months } from './months';

it('counts each month, also those without anything', () => {
  const entries = [{ occurred_at: '2026-03-05T12:00:00Z', online: true }, { occurred_at: '2026-01-05T12:00:00Z', online: false }, { occurred_at: '2026-01-06T12:00:00Z', online: true }];
  expect(months(entries, new Date('2026-03-20T12:00:00Z'))).toEqual([
    { month: '2026-01', online: 1, offline: 1 }, { month: '2026-02', online: 0, offline: 0 }, { month: '2026-03', online: 1, offline: 0 },
  ]);
  expect(months([])).toEqual([]);
});

it('ends a month where the next begins', () => {
  expect(endOf('2026-12')).toBe(new Date(2027, 0, 1).toISOString());
});
