import i18n from 'i18next';
import { api, take, type Schemas } from '@/api/client';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { refreshSegments } from '../data';

type Change = Schemas['MembersChange'];

async function send(id: string, body: Change): Promise<Schemas['MembersChanged']> {
  const changed = await take(api.POST('/api/v1/segments/{id}/members', { params: { path: { id } }, body }));
  await refreshSegments();
  return changed;
}

/** Puts clients on a list or takes them off it, and offers to take that back. */
export async function changeMembers(id: string, { add = [], remove = [] }: Change) {
  await send(id, { add, remove }).then(({ added, removed }) => {
    if (added + removed === 0) return notifyUndo(i18n.t('segments:members.same'), async () => undefined);
    const text = added > 0 ? i18n.t('segments:members.added', { count: added }) : i18n.t('segments:members.removed', { count: removed });
    return notifyUndo(text, () => send(id, { add: remove, remove: add }));
  }, notifyProblem);
}

/** Puts on a list whoever a CSV file names. */
export async function addFile(id: string, file: File): Promise<Schemas['MembersChanged']> {
  const text = await file.text();
  const changed = await take(api.POST('/api/v1/segments/{id}/members/file', {
    params: { path: { id } }, body: text, headers: { 'Content-Type': 'text/csv' }, bodySerializer: (body: string) => body,
  }));
  await refreshSegments();
  return changed;
}
