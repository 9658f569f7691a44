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

interface Records {
  /** Its name in the API and of its texts. */
  list: 'contacts' | 'companies' | 'leads';
  batch: (items: Item[], replaceLists: boolean) => Call<{ items: { status: string; problem?: Schemas['Problem'] | null }[] }>;
  remove: (row: Row) => Call<unknown>;
  restore: (row: Row) => Call<unknown>;
}

/** Requests that are under way at once. */
const TOGETHER = 6;
/** What one request takes. */
const MOST = 500;

/** Does the work for each, some at a time. The first refusal is thrown when all have been tried. */
export async function forEach<T>(rows: readonly T[], work: (row: T) => Promise<unknown>): Promise<void> {
  const waiting = [...rows];
  const faults: unknown[] = [];
  const worker = async () => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await work(row).catch((error: unknown) => faults.push(error));
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  if (faults.length > 0) throw faults[0];
}

/** What can be done with many records of a list at once. All of it can be taken back. */
export function bulkOf<T extends Row>({ list, batch, remove, restore }: Records) {
  const refresh = () => queryClient.invalidateQueries({ queryKey: [list] });

  async function change(items: Item[], replaceLists = false) {
    try {
      for (let from = 0; from < items.length; from += MOST) {
        const answer = await take(batch(items.slice(from, from + MOST), replaceLists));
        const problem = answer.items.find((item) => item.status === 'error')?.problem;
        if (problem) throw new Problem(problem.status, problem.code, problem.detail ?? problem.title, problem.errors ?? []);
      }
    } finally {
      await refresh();
    }
  }
  const tell = (work: Promise<unknown>, text: string, undo: () => Promise<unknown>) => work.then(() => notifyUndo(text, undo), notifyProblem);

  return {
    giveTo: (rows: T[], owner_id: string | null) => tell(
      change(rows.map(({ id }) => ({ id, owner_id }))),
      i18n.t(`${list}:bulk.owner`, { count: rows.length }),
      () => change(rows.map((row) => ({ id: row.id, owner_id: row.owner_id ?? null }))),
    ),
    addTag: (rows: T[], tag: string) => tell(
      // Companies' lists are replaced, contacts' are added to: the union is right for both.
      change(rows.map(({ id, tags = [] }) => ({ id, tags: [...new Set([...tags, tag])] }))),
      i18n.t(`${list}:bulk.tag`, { count: rows.length, tag }),
      () => change(rows.map(({ id, tags }) => ({ id, tags })), true),
    ),
    remove: (rows: T[]) => tell(
      forEach(rows, (row) => take(remove(row))).finally(refresh),
      i18n.t(`${list}:bulk.removed`, { count: rows.length }),
      () => forEach(rows, (row) => take(restore(row))).finally(refresh),
    ),
  };
}
