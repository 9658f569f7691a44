import { api, ifMatch, take } from '@/api/client';
import { refreshClient } from './useClient';

/** Takes back what was just written down. */
export async function undoEntry(entry: { kind: 'task' | 'interaction'; id: string }, contactId: string) {
  const path = { id: entry.id };
  if (entry.kind === 'task') {
    const { version } = await take(api.GET('/api/v1/tasks/{id}', { params: { path } }));
    await take(api.DELETE('/api/v1/tasks/{id}', { params: { path, header: ifMatch(version) } }));
  } else {
    const { version } = await take(api.GET('/api/v1/interactions/{id}', { params: { path } }));
    await take(api.DELETE('/api/v1/interactions/{id}', { params: { path, header: ifMatch(version) } }));
  }
  refreshClient(contactId);
}
