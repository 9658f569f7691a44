import { expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { notifyFault, notifyProblem, notifyUndo } from '@/ui/notify';
import { asSeen, inBatches, tell } from './bulk';

vi.mock('@/ui/notify', () => ({ notifyFault: vi.fn(), notifyProblem: vi.fn(), notifyUndo: vi.fn() }));

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

it('counts those that somebody else changed apart from what was refused', async () => {
  const refused = (code: string, status: number) => ({ status: 'error', problem: { status, code, title: code, errors: [] } });
  const items = [{ status: 'updated' }, refused('precondition_failed', 412), refused('forbidden', 403), refused('precondition_failed', 412)];
  const { done, changed, problem } = await inBatches([1, 2, 3, 4], () => answer(items));
  expect([done, changed, (problem as Problem).code]).toEqual([[1], 2, 'forbidden']);
});

it('tells no problem where all that stayed had changed, and takes back just what was done', async () => {
  const problem = { status: 412, code: 'precondition_failed', title: 'Changed', errors: [] };
  const rows = [{ id: 'a', version: 3 }, { id: 'b', version: 4 }];
  expect(asSeen(rows)).toEqual({ items: rows });
  const work = inBatches(rows, () => answer([{ status: 'error', problem }, { status: 'updated' }]));
  await tell(work, String, vi.fn());
  expect(vi.mocked(notifyProblem)).not.toHaveBeenCalled();
  expect(vi.mocked(notifyFault)).toHaveBeenCalledOnce();
  expect(vi.mocked(notifyUndo).mock.calls[0]?.[0]).toBe('1');
});
