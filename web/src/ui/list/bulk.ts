import i18n from 'i18next';
import { take, type Schemas } from '@/api/client';
import { Problem } from '@/api/problem';
import { queryClient } from '@/app/query';
import { notifyProblem, notifyUndo } from '@/ui/notify';

interface Row {
  id: string;
  version: number;
  owner_id?: string | null;
  tags?: readonly string[];
}

type Item = { id: string; owner_id?: string | null; tags?: readonly string[] };
type Call<T> = Parameters<typeof take<T>>[0];
type Results = { items: { status: string; problem?: Schemas['Problem'] | null }[] };

/** What became of many: those that it was done to, and why not to the others. */
export interface Became<T> {
  done: T[];
  problem?: unknown;
}

interface Records<T> {
  /** Its name in the API and of its texts. */
  list: 'contacts' | 'companies' | 'leads';
  batch: (items: Item[], replaceLists: boolean) => Call<Results>;
  remove: (rows: T[]) => Promise<Became<T>>;
  restore: (rows: T[]) => Promise<Became<T>>;
}

/** Requests that are under way at once. */
const TOGETHER = 6;
/** What one request takes. */
const MOST = 200;

/** Does the work for each with a request of its own, some at a time. */
export async function oneByOne<T>(rows: readonly T[], work: (row: T) => Call<unknown>): Promise<Became<T>> {
  const waiting = [...rows];
  const became: Became<T> = { done: [] };
  const worker = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      const one = row;
      await take(work(one)).then(() => became.done.push(one), (problem: unknown) => { became.problem ??= problem; });
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  return became;
}

/** Does the work for many with one request, which says of each what became of it. */
export async function inBatches<T>(rows: readonly T[], work: (some: T[]) => Call<Results>): Promise<Became<T>> {
  const became: Became<T> = { done: [] };
  for (let from = 0; from < rows.length; from += MOST) {
    const some = rows.slice(from, from + MOST);
    try {
      const { items } = await take(work(some));
      became.done.push(...some.filter((_, index) => items[index]?.status !== 'error'));
      const told = items.find(({ status }) => status === 'error')?.problem;
      if (told) became.problem ??= new Problem(told.status, told.code, told.detail ?? told.title, told.errors ?? []);
    } catch (problem) {
      return { ...became, problem };
    }
  }
  return became;
}

/** Says what was done and offers to take back just that; what was refused is told, too. */
export async function tell<T>(work: Promise<Became<T>>, text: (count: number) => string, undo: (done: T[]) => Promise<Became<T>>) {
  const { done, problem } = await work;
  if (problem) notifyProblem(problem);
  if (done.length === 0) return;
  notifyUndo(text(done.length), async () => {
    const back = await undo(done);
    if (back.problem) throw back.problem;
  });
}

/** What can be done with many records of a list at once. All of it can be taken back. */
export function bulkOf<T extends Row>({ list, batch, remove, restore }: Records<T>) {
  const refresh = () => queryClient.invalidateQueries({ queryKey: [list] });
  const change = (rows: readonly T[], item: (row: T) => Item, replaceLists = false) => inBatches(rows, (some) => batch(some.map(item), replaceLists)).finally(refresh);

  return {
    giveTo: (rows: T[], owner_id: string | null) => tell(
      change(rows, ({ id }) => ({ id, owner_id })),
      (count) => i18n.t(`${list}:bulk.owner`, { count }),
      (done) => change(done, (row) => ({ id: row.id, owner_id: row.owner_id ?? null })),
    ),
    addTag: (rows: T[], tag: string) => tell(
      // Companies' lists are replaced, contacts' are added to: the union is right for both.
      change(rows, ({ id, tags = [] }) => ({ id, tags: [...new Set([...tags, tag])] })),
      (count) => i18n.t(`${list}:bulk.tag`, { count, tag }),
      (done) => change(done, ({ id, tags }) => ({ id, tags: tags ?? [] }), true),
    ),
    remove: (rows: T[]) => tell(
      remove(rows).finally(refresh),
      (count) => i18n.t(`${list}:bulk.removed`, { count }),
      (done) => restore(done).finally(refresh),
    ),
  };
}
