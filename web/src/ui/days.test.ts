import { expect, it } from 'vitest';
import { lastDay, nextDay } from './days';

it('goes between the last day of a period and its end', () => {
  expect([lastDay('2026-03-01'), nextDay('2026-12-31'), lastDay(nextDay('2024-02-28'))]).toEqual(['2026-02-28', '2027-01-01', '2024-02-28']);
  expect(lastDay(new Date(2026, 2, 1).toISOString())).toBe('2026-02-28');
});
