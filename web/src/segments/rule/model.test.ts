import { describe, expect, it } from 'vitest';
import { entryOf, operatorsOf } from './fields';
import { within } from './faults';
import { begin, isEmpty, put, toDraft, toRule } from './model';
import { readSpan, writeSpan } from './span';

describe('a rule to edit', () => {
  it('comes back as it was, frame and all', () => {
    const rule = { version: 1, time_zone: 'Europe/Lisbon', any: [{ tag: 'a' }, { not: { all: [{ field: 'city', op: 'filled' }] } }] };
    expect(toRule(toDraft(rule, 'UTC'))).toEqual(rule);
  });

  it('is always a group, also where it was a single condition', () => {
    expect(toDraft({ version: 1, tag: 'a' }, 'UTC')).toEqual({ root: { all: [{ tag: 'a' }] }, zone: 'UTC' });
    expect(toDraft({ version: 1, not: { any: [{ tag: 'a' }] } }, 'UTC').root).toEqual({ not: { any: [{ tag: 'a' }] } });
  });

  it('has neither nulls nor a not of a not', () => {
    expect(toDraft({ version: 1, all: [{ tag: 'a', field: null }, { not: { not: { tag: 'b' } } }] }, 'UTC').root).toEqual({ all: [{ tag: 'a' }, { tag: 'b' }] });
  });

  it('begins empty, in the given time zone', () => {
    const draft = toDraft(null, 'Europe/Berlin');
    expect(isEmpty(draft)).toBe(true);
    expect(toRule(draft)).toEqual({ version: 1, time_zone: 'Europe/Berlin', all: [] });
  });

  it('leaves out what is emptied', () => {
    expect(put({ field: 'city', op: 'is', value: ['a'] }, 'value', [])).toEqual({ field: 'city', op: 'is' });
    expect(put(begin('touchpoints'), 'window', undefined)).toEqual({ touchpoints: {} });
  });
});

describe('lengths of time', () => {
  it.each([['30d', 30, 'd'], ['45s', 45, 's'], ['2w', 2, 'w']])('%s', (text, count, unit) => {
    expect(readSpan(text)).toEqual({ count, unit });
    expect(writeSpan(count, unit as 'd')).toBe(text);
  });
  it('may be missing', () => {
    expect(readSpan(undefined)).toEqual({ count: '', unit: 'd' });
    expect(writeSpan('', 'd')).toBeUndefined();
  });
});

describe('a value', () => {
  it('is asked for as its field and operator need it', () => {
    expect(entryOf('text', 'is')).toBe('texts');
    expect(entryOf('choice', 'contains')).toBe('text');
    expect(entryOf('money', 'between')).toBe('money2');
    expect(entryOf('date', 'in_last_days')).toBe('count');
    expect(entryOf('user', 'empty')).toBe('none');
  });
  it('can be asked for changes only where these are kept', () => {
    expect(operatorsOf({ kind: 'text', kept: true })).toContain('changed_in_last');
    expect(operatorsOf({ kind: 'instant', kept: false })).toEqual(['in', 'filled', 'empty']);
  });
});

describe('a fault', () => {
  it('belongs to its place and to what that stands in, not to a neighbour', () => {
    expect(within('rule.all[1].value', 'rule.all[1].value')).toBe(true);
    expect(within('rule.all[1].value[0]', 'rule.all[1].value')).toBe(true);
    expect(within('rule.all[12].value', 'rule.all[1]')).toBe(false);
  });
});
