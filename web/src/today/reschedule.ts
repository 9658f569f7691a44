import i18n from 'i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { fromLocal, toLocal } from '@/ui/zone';

const DAY_MS = 86_400_000;
export const DELAYS = [{ key: 'day', days: 1 }, { key: 'three', days: 3 }, { key: 'week', days: 7 }, { key: 'month', days: 30 }];

/** From today on, at nine in the morning. */
export function inDays(days: number, now = new Date()): string {
  const day = toLocal(new Date(now.getTime() + days * DAY_MS)).slice(0, 10);
  return fromLocal(`${day}T09:00`).toISOString();
}

export async function reschedule(task: Schemas['Task'], days: number) {
  const set = async (version: number, due_at: string | null) => {
    const changed = await take(api.PATCH('/api/v1/tasks/{id}', { params: { path: { id: task.id }, header: ifMatch(version) }, body: { due_at } }));
    void queryClient.invalidateQueries({ queryKey: ['tasks'] });
    return changed;
  };
  await set(task.version, inDays(days)).then(
    ({ version }) => notifyUndo(i18n.t('today:later.done', { title: task.title }), () => set(version, task.due_at ?? null)),
    notifyProblem,
  );
}
