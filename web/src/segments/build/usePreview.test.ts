import { describe, expect, it } from 'vitest';
import type { Rule } from '../rule/model';
import { at, isUnfinished } from './usePreview';

const rule = { version: 1, all: [{ field: 'city', op: 'is' }, { not: { any: [] } }, { tag: '' }, { field: 'email', op: 'is', value: ['x'] }] } as Rule;
const fault = (field: string, code: string) => ({ field, code, message: '' });

describe('a fault of a rule', () => {
  it('is found at its place', () => {
    expect(at(rule, 'rule.all[3].value[0]')).toBe('x');
    expect(at(rule, 'rule.all[9].value')).toBeUndefined();
  });

  it('waits where nothing was filled in yet', () => {
    expect(isUnfinished(fault('rule.all[0].value', 'required'), rule)).toBe(true);
    expect(isUnfinished(fault('rule.all[1].not.any', 'length'), rule)).toBe(true);
    expect(isUnfinished(fault('rule.all[2].tag', 'length'), rule)).toBe(true);
    expect(isUnfinished(fault('rule.all[3].value', 'format'), rule)).toBe(false);
  });
});
