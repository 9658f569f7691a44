import { describe, expect, it, vi } from 'vitest';
import { Problem } from '@/api/problem';
import { clashes, keepMine } from './merge';
import { asking, saveTogether } from './save';

interface Person { version: number; name: string; city: string }

const base: Person = { version: 1, name: 'Ann', city: 'Rome' };
const stale = new Problem(412, 'precondition_failed', 'stale');

function change(changes: Partial<Person>, latest: Person) {
  const save = vi.fn(async (made: Partial<Person>, version: number) => {
    if (version !== latest.version) throw stale;
    return { ...latest, ...made, version: version + 1 };
  });
  const outcome = saveTogether({ base, changes, latest: async () => latest, save, label: String, show: (_, value) => String(value) });
  return { save, outcome };
}

async function dialog() {
  await vi.waitFor(() => expect(asking.get()).not.toBeNull());
  return asking.get();
}

it('compares custom fields each by itself', () => {
  const [before, latest] = [{ custom: { roof: 'tile', heating: 'gas' } }, { custom: { roof: 'flat', heating: 'gas' } }];
  expect(clashes(before, { custom: { heating: 'oil' } }, latest)).toEqual([]);
  expect(clashes(before, { custom: { roof: 'slate' } }, latest)).toEqual([{ key: 'custom.roof', mine: 'slate', theirs: 'flat' }]);
  expect(keepMine({ name: 'Ann', custom: { roof: 'slate', heating: 'oil' } }, new Set(['custom.roof']))).toEqual({ name: 'Ann', custom: { heating: 'oil' } });
});

describe('saving what others may change, too', () => {
  it('keeps both changes where they are of different fields, without asking', async () => {
    const { outcome } = change({ name: 'Anna' }, { ...base, version: 2, city: 'Oslo' });
    expect(await outcome).toEqual({ kind: 'merged', record: { version: 3, name: 'Anna', city: 'Oslo' } });
    expect(asking.get()).toBeNull();
  });

  it('shows both values where the same field was changed, and saves mine where I say so', async () => {
    const { outcome } = change({ name: 'Anna' }, { ...base, version: 2, name: 'Anne' });
    const asked = await dialog();
    expect(asked?.clashes).toEqual([{ key: 'name', mine: 'Anna', theirs: 'Anne' }]);
    asked?.answer(new Set());
    expect((await outcome).record.name).toBe('Anna');
  });

  it('saves nothing more where theirs shall stay', async () => {
    const { outcome, save } = change({ name: 'Anna' }, { ...base, version: 2, name: 'Anne' });
    (await dialog())?.answer(new Set(['name']));
    expect(await outcome).toEqual({ kind: 'dropped', record: { ...base, version: 2, name: 'Anne' } });
    expect(save).toHaveBeenCalledTimes(1);
  });

  it('passes on every other problem', async () => {
    const save = () => Promise.reject(new Problem(422, 'invalid', 'bad'));
    await expect(saveTogether({ base, changes: {}, latest: async () => base, save, label: String, show: String })).rejects.toThrow('bad');
  });
});
