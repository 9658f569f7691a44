import i18n from 'i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { notifyProblem, notifyUndo } from '@/ui/notify';

/** Ticks a task off and offers to open it again. */
export async function finishTask(task: Schemas['Task'], refresh: () => void) {
  const params = (version: number) => ({ params: { path: { id: task.id }, header: ifMatch(version) } });
  const done = () => {
    void queryClient.invalidateQueries({ queryKey: ['tasks'] });
    refresh();
  };
  try {
    const { version } = await take(api.PATCH('/api/v1/tasks/{id}', { ...params(task.version), body: { done: true } }));
    done();
    notifyUndo(i18n.t('today:done', { title: task.title }), () => take(api.PATCH('/api/v1/tasks/{id}', { ...params(version), body: { done: false } })).then(done));
  } catch (error) {
    notifyProblem(error);
    done();
  }
}
