import { describe, expect, it } from 'vitest';
import { changesOf, nameOf } from './changes';

describe('what an entry of the audit log changed', () => {
  it('is told field by field, without what changes by itself', () => {
    const before = { id: '1', version: 1, name: 'Ann', address: { city: 'Leeds', street: null }, tags: ['a'] };
    const after = { id: '1', version: 2, name: 'Ann', address: { city: 'York', street: null }, tags: ['a', 'b'] };
    expect(changesOf(before, after)).toEqual([
      { key: 'address.city', before: 'Leeds', after: 'York' },
      { key: 'tags', before: ['a'], after: ['a', 'b'] },
    ]);
  });

  it('leaves out what is empty before and after', () => {
    expect(changesOf(null, { name: 'Ann', job_title: null, custom: {}, emails: [] })).toEqual([{ key: 'name', before: undefined, after: 'Ann' }]);
    expect(changesOf(null, null)).toEqual([]);
  });

  it('takes an object that becomes empty for a change', () => {
    expect(changesOf({ consents: { email: 'granted' } }, { consents: {} })).toEqual([{ key: 'consents.email', before: 'granted', after: undefined }]);
  });
});

it('names a record by what people call it', () => {
  expect([nameOf({ title: 'Roof', name: 'x' }), nameOf({ name: 'Sales' }), nameOf({ id: '1' }), nameOf(null)]).toEqual(['Roof', 'Sales', null, null]);
});
