import { expect, it } from 'vitest';
import { currenciesOf, expected, history, totalOf } from './sums';

const row = { month: '2026-12-01', currency: 'EUR', leads: 2, amount: 500, weighted: 100, weighted_by_history: 50 };

it('adds months, and knows where history is silent', () => {
  expect(totalOf([row, row])).toEqual({ leads: 4, amount: 1000, weighted: 200, weighted_by_history: 100 });
  expect(totalOf([row, { ...row, weighted_by_history: null }, row])).toEqual({ leads: 6, amount: 1500, weighted: 300, weighted_by_history: null });
  expect(totalOf([])).toEqual({ leads: 0, amount: 0, weighted: 0, weighted_by_history: 0 });
});

it('begins with the currency of most leads', () => {
  expect(currenciesOf([row, { ...row, currency: 'USD', leads: 1 }, { ...row, currency: 'USD', leads: 3 }])).toEqual(['USD', 'EUR']);
});

const query = { pipeline_id: 'p', owner_id: 'ann', close_from: '2026-10-01', close_to: '2027-01-01', compare: 'previous' };

it('asks for the leads of the days that were counted, as they were seen', () => {
  const before = { as_of: '2026-07-15T00:00:00Z', close_from: '2026-07-01', close_to: '2026-10-01' };
  expect(expected(query, before, { set: 'forecast', month: '' })).toEqual({ pipeline_id: 'p', owner_id: 'ann', ...before, set: 'forecast', month: '' });
  // A snapshot says of which days it is, whatever the address says.
  expect(expected(query, { as_of: 'then', close_from: null, close_to: null }, {})).toEqual({ pipeline_id: 'p', owner_id: 'ann', as_of: 'then' });
});

it('asks for history without days of closing', () => {
  expect(history(query, { as_of: 'now' }, { set: 'history', stage_id: 's' })).toEqual({ pipeline_id: 'p', owner_id: 'ann', as_of: 'now', set: 'history', stage_id: 's' });
});
