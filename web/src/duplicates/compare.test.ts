import { describe, expect, it } from 'vitest';
import { choicesOf, type Pair, rowsOf, sidesOf } from './compare';

const contact = (id: string, more: object) => ({ id, given_name: null, emails: [], phones: [], tags: [], external_ids: [], consents: {}, custom: {}, created_at: '2026-01-01', updated_at: '2026-01-01', ...more });
const pair = [
  contact('a', { given_name: 'Ann', job_title: 'Owner', source: 'fair', emails: [{ address: 'a@x' }], custom: { roof: 'flat', size: 3 }, updated_at: '2026-03-01' }),
  contact('b', { given_name: 'Ann', job_title: 'Buyer', source: 'web', language: 'en', emails: [{ address: 'b@x' }], custom: { roof: 'tile' }, created_at: '2026-02-01', updated_at: '2026-02-01' }),
] as unknown as Pair;

describe('two who may be one', () => {
  it('are compared field by field, without what neither has', () => {
    expect(rowsOf(pair).map(({ key, kind }) => [key, kind])).toEqual([
      ['given_name', 'same'], ['job_title', 'choice'], ['source', 'choice'], ['language', 'choice'], ['emails', 'joined'], ['custom.roof', 'choice'], ['custom.size', 'choice'],
    ]);
  });

  it('keep what is filled and newer, and where the client first came from', () => {
    expect(sidesOf(rowsOf(pair), pair)).toEqual({ job_title: 0, source: 0, language: 1, 'custom.roof': 0, 'custom.size': 0 });
  });

  it('are told to the API by whose value is kept', () => {
    expect(choicesOf({ job_title: 1, 'custom.roof': 0 }, pair)).toEqual({ job_title: 'b', 'custom.roof': 'a' });
  });
});
