import { expect, it, vi } from 'vitest';
import { listen } from './stream';

const answers: Response[] = [];
vi.mock('@/auth/fetch', () => ({ authorisedFetch: async () => answers.shift() ?? new Response(null, { status: 404 }) }));

function stream(...parts: string[]) {
  return new Response(new ReadableStream({
    start(control) {
      for (const part of parts) control.enqueue(new TextEncoder().encode(part));
      control.close();
    },
  }));
}

it('tells what was recorded once for all, and what was taken back at once', async () => {
  vi.useFakeTimers();
  const entry = { id: 'n1', contact_id: 'c1', type: 'note', lead_id: null };
  answers.push(stream('event: ready\ndata: {}\n\n', 'id: 7\nevent: interaction\ndata: {"id":"i1"}\n\nid: 8\nevent: del', `eted\ndata: ${JSON.stringify(entry)}\n\n`));
  const [heard, gone] = [vi.fn(), vi.fn()];
  const listening = listen({ query: { contact_id: 'c1' }, heard, gone, signal: new AbortController().signal });
  await vi.advanceTimersByTimeAsync(400);
  expect(gone.mock.calls).toEqual([[entry]]);
  expect(heard).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(4000);
  await listening;
  vi.useRealTimers();
});

it('wants only some, where it says so', async () => {
  vi.useFakeTimers();
  answers.push(stream('event: note\ndata: {}\n\n'));
  const heard = vi.fn();
  void listen({ query: {}, heard, wants: (type) => type === 'stage_move', signal: new AbortController().signal });
  await vi.advanceTimersByTimeAsync(400);
  expect(heard).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(4000);
  vi.useRealTimers();
});
