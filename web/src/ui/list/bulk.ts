import i18n from 'i18next';
import { take, type Schemas } from '@/api/client';
import { Problem } from '@/api/problem';
import { queryClient } from '@/app/query';
import { notifyFault, notifyProblem, notifyUndo } from '@/ui/notify';

interface Row {
  id: string;
  version: number;
  owner_id?: string | null;
  tags?: readonly string[];
}

type Item = { id: string; owner_id?: string | null; tags?: readonly string[] };
type Call<T> = Parameters<typeof take<T>>[0];
type Results = { items: { status: string; problem?: Schemas['Problem'] | null }[] };

/** What became of many: those that it was done to, how many others had changed since they were seen, and why not to the rest. */
export interface Became<T> {
  done: T[];
  changed: number;
  problem?: unknown;
}

interface Records<T> {
  /** Its name in the API and of its texts. */
  list: 'contacts' | 'companies' | 'leads';
  batch: (items: Item[], replaceLists: boolean) => Call<Results>;
  remove: (rows: T[]) => Promise<Became<T>>;
  restore: (rows: T[]) => Promise<Became<T>>;
}

/** What one request takes. */
const MOST = 200;

/** Does the work for many with one request, which says of each what became of it. */
export async function inBatches<T>(rows: readonly T[], work: (some: T[]) => Call<Results>): Promise<Became<T>> {
  const became: Became<T> = { done: [], changed: 0 };
  for (let from = 0; from < rows.length; from += MOST) {
    const some = rows.slice(from, from + MOST);
    try {
      const { items } = await take(work(some));
      became.done.push(...some.filter((_, index) => items[index]?.status !== 'error'));
      const refused = items.filter(({ status }) => status === 'error');
      const others = refused.filter((item) => item.problem?.code !== 'precondition_failed');
      became.changed += refused.length - others.length;
      const told = others[0]?.problem;
      if (told) became.problem ??= new Problem(told.status, told.code, told.detail ?? told.title, told.errors ?? []);
    } catch (problem) {
      return { ...became, problem };
    }
  }
  return became;
}

/** What is asked for a record in the version it was seen in. */
export const asSeen = (rows: readonly Row[]) => ({ items: rows.map(({ id, version }) => ({ id, version })) });

function tellChanged(count: number) {
  if (count > 0) notifyFault(i18n.t('ui:bulk.changed', { count }));
}

/** Says what was done and offers to take back just that; what was refused is told, too. */
export async function tell<T>(work: Promise<Became<T>>, text: (count: number) => string, undo: (done: T[]) => Promise<Became<T>>) {
  const { done, changed, problem } = await work;
  if (problem) notifyProblem(problem);
  tellChanged(changed);
  if (done.length === 0) return;
  notifyUndo(text(done.length), async () => {
    const back = await undo(done);
    tellChanged(back.changed);
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
