import { describe, expect, it } from 'vitest';
import type { Column, Mapping } from '../data';
import { chosen, faultIndex, fieldsOf, fixedOf, keyFrom, withFixed } from './fields';

const column = (position: number, name: string): Column => ({ position, name, targets: [], samples: [] });
const mapping: Mapping = {
  fields: [
    { target: 'lead.source', value: 'hubspot' }, { target: 'email', column: 'Mail', position: 1 }, { target: 'lead.owner', column: 'Owner', position: 3 },
    { target: 'owner', column: 'Owner', position: 3 }, { target: 'phone', column: 'Mail' },
  ],
};

describe('a mapping', () => {
  it('tells what a column goes into, by its place where there is one', () => {
    expect(fieldsOf(mapping, column(3, 'Owner')).map(({ index, field }) => [index, field.target])).toEqual([[2, 'lead.owner'], [3, 'owner']]);
    expect(fieldsOf(mapping, column(9, 'Mail')).map(({ field }) => field.target)).toEqual(['phone']);
    expect(fixedOf(mapping).map(({ field }) => field.value)).toEqual(['hubspot']);
  });

  it('has one value for every row', () => {
    const once = withFixed(mapping, 'lead.currency', 'EUR');
    const twice = withFixed(once, 'lead.currency', 'GBP');
    expect(twice.fields.filter(({ target }) => target === 'lead.currency')).toEqual([{ target: 'lead.currency', value: 'GBP' }]);
    expect(withFixed(twice, 'lead.currency', null)).toEqual(mapping);
  });

  it('makes new fields named like the column', () => {
    expect(chosen(column(4, 'Größe, m²'), 'new:custom.')).toEqual({ target: 'custom.gro_e_m2', column: 'Größe, m²', position: 4, label: 'Größe, m²', kind: 'text' });
    expect(keyFrom('Бюджет', 7)).toBe('field_7');
    expect(chosen(column(1, 'Mail'), 'email')).toEqual({ target: 'email', column: 'Mail', position: 1 });
  });

  it('is told by its faults which field they are about', () => {
    expect(faultIndex('mapping.fields[12].target')).toBe(12);
    expect(faultIndex('mapping.date_format')).toBeNull();
  });
});
