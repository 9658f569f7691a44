import { expect, it } from 'vitest';
import { everyMonth, stepTo } from './months';

const found = [{ month: '2025-12', online: 1, offline: 1, other: 0, to: '2026-01-01T00:00:00Z' }, { month: '2026-02', online: 0, offline: 0, other: 2, to: '2026-03-01T00:00:00Z' }];

it('has each month up to now, also those without anything', () => {
  const all = everyMonth(found, new Date('2026-03-20T12:00:00Z'));
  expect(all.map(({ month, online, offline, other }) => [month, online, offline, other])).toEqual([
    ['2025-12', 1, 1, 0], ['2026-01', 0, 0, 0], ['2026-02', 0, 0, 2], ['2026-03', 0, 0, 0],
  ]);
  expect(everyMonth([])).toEqual([]);
});

it('has what is to come', () => {
  expect(everyMonth(found, new Date('2025-12-20T12:00:00Z')).map(({ month }) => month)).toEqual(['2025-12', '2026-01', '2026-02']);
});

it('goes to the next month with anything, and stays where there is none', () => {
  const all = everyMonth(found, new Date('2026-03-20T12:00:00Z'));
  expect([stepTo(all, 0, 1), stepTo(all, 2, -1), stepTo(all, 2, 1), stepTo(all, 0, -1)]).toEqual([2, 0, 2, 0]);
});
