import { expect, it, vi } from 'vitest';
import { asking } from '@/ui/conflict/save';
import { moveLead } from './move';

const lead = (version: number, stage_id: string) => ({ id: 'l1', title: 'Roof', version, stage_id, lost_reason_id: null });
const sent: { method: string; match: string | null; body: unknown }[] = [];
const answers: { status: number; body: object }[] = [];

vi.mock('@/auth/fetch', () => ({
  authorisedFetch: async (request: Request) => {
    sent.push({ method: request.method, match: request.headers.get('If-Match'), body: request.method === 'POST' ? await request.json() : null });
    const { status, body } = answers.shift() ?? { status: 500, body: {} };
    return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
  },
}));

it('shows both stages where the lead was moved just before, and moves it where one says so', async () => {
  answers.push(
    { status: 412, body: { code: 'precondition_failed' } },
    { status: 200, body: lead(2, 'offer') },
    { status: 200, body: lead(3, 'talked') },
  );
  const moving = moveLead(lead(1, 'new') as never, { stage_id: 'talked' });
  await vi.waitFor(() => expect(asking.get()?.clashes).toEqual([{ key: 'stage_id', mine: 'talked', theirs: 'offer' }]));
  asking.get()?.answer(new Set());
  expect(await moving).toBe(true);
  expect(sent.filter(({ method }) => method === 'POST').map(({ match }) => match)).toEqual(['"v1"', '"v2"']);
});

it('leaves the lead where it is where that shall stay', async () => {
  answers.push({ status: 412, body: { code: 'precondition_failed' } }, { status: 200, body: lead(2, 'offer') });
  const moving = moveLead(lead(1, 'new') as never, { stage_id: 'talked' });
  await vi.waitFor(() => expect(asking.get()).not.toBeNull());
  asking.get()?.answer(new Set(['stage_id']));
  expect(await moving).toBe(false);
});
