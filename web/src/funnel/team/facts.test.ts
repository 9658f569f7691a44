import { expect, it } from 'vitest';
import { rowOf, wordsOf } from './facts';

const fact = { at: '2026-01-01T00:00:00Z', contact_id: 'c' };
const words = (more: object) => wordsOf(rowOf({ ...fact, ...more } as never), (channel) => `by ${channel}`, (id) => ({ s: 'Offer' })[id]);

it('tells apart what a lead did at different times', () => {
  const moves = [{ ...fact, lead_id: 'l', stage_id: 's' }, { ...fact, lead_id: 'l', stage_id: 's', at: '2026-01-02T00:00:00Z' }, { ...fact, lead_id: 'l', interaction_id: 'i' }];
  expect(new Set(moves.map((move) => rowOf(move).id)).size).toBe(3);
});

it('says what was done in the words there are', () => {
  expect([words({ task_id: 't', task_title: 'Send an offer' }), words({ channel: 'call' }), words({ stage_id: 's' }), words({ stage_id: 'gone' }), words({})])
    .toEqual(['Send an offer', 'by call', 'Offer', '—', '—']);
});
