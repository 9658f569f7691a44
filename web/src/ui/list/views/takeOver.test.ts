import { beforeEach, expect, it, vi } from 'vitest';
import { fromLocal } from '@/ui/zone';
import { takeOver } from './takeOver';

const KEY = 'touchline.views.contacts.u1';
const made: { name: string; filter: Record<string, unknown>; sort: string | null }[] = [];
const refuse = vi.fn((_: object): { status: number; body: object } | null => null);

vi.mock('@/auth/fetch', () => ({
  authorisedFetch: async (request: Request) => {
    const answer = (status: number, body: object) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
    if (request.method === 'GET') return answer(200, { items: [{ name: 'There already' }], next_cursor: null });
    const body = await request.json();
    const refused = refuse(body);
    if (refused) return answer(refused.status, refused.body);
    made.push(body);
    return answer(201, body);
  },
}));

beforeEach(() => {
  localStorage.clear();
  made.length = 0;
  refuse.mockReset().mockReturnValue(null);
});

const keep = (...views: object[]) => localStorage.setItem(KEY, JSON.stringify(views));

it('gives each view to the server once', async () => {
  keep({ name: 'VIP', search: { tag: 'vip', sort: 'name', created_from: '2026-03-01' } }, { name: 'There already', search: {} });
  expect(await takeOver('contacts', 'u1')).toBe(true);
  expect(made).toEqual([{ list: 'contacts', name: 'VIP', filter: { tag: 'vip', created_from: fromLocal('2026-03-01').toISOString() }, sort: 'name' }]);
  expect(localStorage.getItem(KEY)).toBeNull();
  expect(await takeOver('contacts', 'u1')).toBe(false);
});

it('leaves out a filter that the list does not take any more', async () => {
  keep({ name: 'Roofs', search: { 'custom.roof': 'flat', tag: 'vip' } });
  refuse.mockReturnValueOnce({ status: 422, body: { code: 'invalid', errors: [{ field: 'filter.custom.roof', code: 'unknown', message: 'is no field' }] } });
  await takeOver('contacts', 'u1');
  expect(made.map(({ filter }) => filter)).toEqual([{ tag: 'vip' }]);
});

it('keeps what could not be given', async () => {
  keep({ name: 'First', search: {} }, { name: 'Second', search: {} });
  refuse.mockReturnValueOnce(null).mockReturnValueOnce({ status: 500, body: { code: 'internal' } });
  expect(await takeOver('contacts', 'u1')).toBe(false);
  expect(JSON.parse(localStorage.getItem(KEY) ?? '')).toEqual([{ name: 'Second', search: {} }]);
});
