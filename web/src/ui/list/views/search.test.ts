import { expect, it } from 'vitest';
import type { FilterField } from '@/ui/filters/model';
import { fromLocal } from '@/ui/zone';
import { isSame, otherFields, toSearch, toView } from './search';

const fields: FilterField[] = [{ key: 'tag', label: 'Tag', kind: 'text' }, { key: 'created_from', label: 'Created from', kind: 'day' }];

it('keeps a day as the instant at which it begins, and shows it as a day again', () => {
  const view = toView({ tag: 'vip', created_from: '2026-03-01' }, 'ann', 'name', fields);
  expect(view).toEqual({ filter: { tag: 'vip', created_from: fromLocal('2026-03-01').toISOString(), q: 'ann' }, sort: 'name' });
  expect(toSearch(view, fields)).toEqual({ tag: 'vip', created_from: '2026-03-01', q: 'ann', sort: 'name' });
});

it('leaves an instant within a day as it is', () => {
  const within = new Date(fromLocal('2026-03-01').getTime() + 60_000).toISOString();
  expect(toSearch({ filter: { created_from: within } }, fields)).toEqual({ created_from: within });
});

it('names filters that the list has no field for', () => {
  expect(otherFields({ tag: 'vip', q: 'ann', amount_min: 100 }, fields)).toEqual([{ key: 'amount_min', label: 'amount_min', kind: 'text' }]);
});

it('compares what is shown, not how it is written', () => {
  expect(isSame({ filter: { a: 1, b: 'x' }, sort: null }, { filter: { b: 'x', a: '1' } })).toBe(true);
  expect(isSame({ filter: {} }, { filter: {}, sort: 'name' })).toBe(false);
});
