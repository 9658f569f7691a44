import { expect, it } from 'vitest';
import { leadsOfMonth } from './leads';

const row = { month: '2026-12-01', currency: 'EUR', leads: 1, amount: 1, weighted: 1 };

it('is the whole month', () => {
  expect(leadsOfMonth(row, { pipeline_id: 'p', tz: 'UTC', owner_id: 'ann' })).toEqual({
    pipeline_id: 'p', owner_id: 'ann', kind: 'open', currency: 'EUR', amount_min: '0', expected_close_from: '2026-12-01', expected_close_to: '2027-01-01',
  });
});

it('is nothing where the list would hold other leads', () => {
  expect(leadsOfMonth({ ...row, month: null }, { pipeline_id: 'p' })).toBeNull();
  expect(leadsOfMonth(row, { pipeline_id: 'p', team_id: 'north' })).toBeNull();
});
