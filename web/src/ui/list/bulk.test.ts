import { expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { inBatches, oneByOne } from './bulk';

const answer = (items: object[]) => Promise.resolve({ data: { items } as never, response: new Response(null, { status: 200 }) });

it('sends so many at once, and says which went well and why another did not', async () => {
  const rows = Array.from({ length: 250 }, (_, index) => index);
  const refused = { status: 403, code: 'forbidden', title: 'You may not', errors: [] };
  const work = vi.fn((some: number[]) => answer(some.map((row) => (row === 3 ? { status: 'error', problem: refused } : { status: 'updated' }))));
  const { done, problem } = await inBatches(rows, work);
  expect(work.mock.calls.map(([some]) => some.length)).toEqual([200, 50]);
  expect(done).toEqual(rows.filter((row) => row !== 3));
  expect(problem).toBeInstanceOf(Problem);
});

it('stops where nobody answers, and knows what was done before', async () => {
  const work = vi.fn((some: number[]) => (some[0] === 0 ? answer(some.map(() => ({ status: 'updated' }))) : Promise.reject(new TypeError('gone'))));
  const { done, problem } = await inBatches(Array.from({ length: 450 }, (_, index) => index), work);
  expect([work.mock.calls.length, done.length, problem instanceof TypeError]).toEqual([2, 200, true]);
});

it('does one by one what has no request for many', async () => {
  const { done, problem } = await oneByOne([1, 2, 3], (row) => (row === 2 ? Promise.reject(new TypeError('no')) : answer([])));
  expect([done.sort(), problem instanceof TypeError]).toEqual([[1, 3], true]);
});
