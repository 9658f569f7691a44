import { api, take, type Schemas } from '@/api/client';
import { isProblem } from '@/api/problem';
import { fromLocal } from '@/ui/zone';

/** As views were kept in the browser before the server kept them. */
interface Local {
  name: string;
  search: Record<string, string | undefined>;
}

const keyOf = (list: string, user: string) => `touchline.views.${list}.${user}`;
const isDay = (key: string, value: string) => /^(?!custom\.).*_(from|to)$/.test(key) && /^\d{4}-\d{2}-\d{2}$/.test(value);

function read(key: string): Local[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

function asNew(list: Schemas['ViewList'], { name, search: { sort, view: _, ...filter } }: Local): Schemas['NewView'] {
  const given = Object.entries(filter).filter(([, value]) => value);
  // Days were kept as such; the list takes instants.
  const instants = given.map(([key, value = '']) => [key, isDay(key, value) ? fromLocal(value).toISOString() : value]);
  return { list, name, filter: Object.fromEntries(instants), sort: sort ?? null };
}

/** What the list no longer takes, such as the filter by a field that was deleted, is left out. */
async function save(view: Schemas['NewView']) {
  await take(api.POST('/api/v1/views', { body: view })).catch((error: unknown) => {
    if (!isProblem(error, 422)) throw error;
    const refused = new Set(error.fields.map(({ field }) => field));
    const filter = Object.fromEntries(Object.entries(view.filter ?? {}).filter(([key]) => !refused.has(`filter.${key}`)));
    return take(api.POST('/api/v1/views', { body: { ...view, filter, sort: refused.has('sort') ? null : view.sort } }));
  });
}

async function each(list: Schemas['ViewList'], key: string): Promise<boolean> {
  const kept = read(key);
  if (kept.length === 0) return false;
  const { items } = await take(api.GET('/api/v1/views', { params: { query: { list, limit: 200 } } }));
  const there = new Set(items.map(({ name }) => name));
  for (let rest = kept; rest.length > 0; rest = read(key)) {
    const [first, ...others] = rest;
    if (first && !there.has(first.name)) await save(asNew(list, first));
    if (others.length > 0) localStorage.setItem(key, JSON.stringify(others));
    else localStorage.removeItem(key);
  }
  return true;
}

/** Gives the views that this browser has kept to the server, once. What cannot be given now is tried again at the next visit. */
export async function takeOver(list: Schemas['ViewList'], user: string): Promise<boolean> {
  const key = keyOf(list, user);
  if (localStorage.getItem(key) === null) return false;
  const work = () => each(list, key).catch(() => false);
  // Two tabs, or a page that is drawn twice, would take each view twice.
  if (!navigator.locks) return work();
  const { done } = await navigator.locks.request(key, async () => ({ done: await work() }));
  return done;
}
