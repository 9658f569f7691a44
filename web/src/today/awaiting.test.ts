import { expect, it } from 'vitest';
import { awaiting } from './awaiting';

it('names each client who wrote last, once, the longest waiting first', () => {
  const touch = (contact_id: string, day: number) => ({ contact_id, occurred_at: `2026-01-0${day}T00:00:00Z` });
  const inbound = [touch('ann', 5), touch('ann', 3), touch('bob', 4), touch('cid', 2)];
  const outbound = [touch('bob', 6), touch('cid', 1)];
  expect(awaiting(inbound, outbound)).toEqual([touch('cid', 2), touch('ann', 5)]);
});
