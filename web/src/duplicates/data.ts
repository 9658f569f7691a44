import { useInfiniteQuery } from '@tanstack/react-query';
import i18n from 'i18next';
import { useMemo } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { forgetContact } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { createStore } from '@/app/store';
import { useStore } from '@/app/useStore';
import { notifyProblem, notifyUndo } from '@/ui/notify';

export type Duplicate = Schemas['Duplicate'];

/** Pairs that are settled here and that the server is still to hear of, or has only just heard of. */
const settled = createStore<ReadonlySet<string>>(new Set());

function settle(id: string, on: boolean) {
  const next = new Set(settled.get());
  if (on) next.add(id);
  else next.delete(id);
  settled.set(next);
}

export function useDuplicates() {
  const gone = useStore(settled);
  const found = useInfiniteQuery({
    queryKey: ['duplicates'], initialPageParam: '',
    queryFn: ({ pageParam }) => take(api.GET('/api/v1/duplicates', { params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const pairs = useMemo(() => (found.data?.pages.flatMap(({ items }) => items) ?? []).filter(({ id, contacts }) => !gone.has(id) && contacts.length === 2), [found.data, gone]);
  return { ...found, pairs };
}

function refresh(ids: readonly string[]) {
  ids.forEach(forgetContact);
  for (const queryKey of [['duplicates'], ['contacts'], ...ids.map((id) => ['client', id])]) void queryClient.invalidateQueries({ queryKey });
}

/** Makes one of two; it can be taken back, then and later on the client's page. */
export async function merge(pair: Duplicate, survivor: string, fields: Record<string, string>): Promise<void> {
  const ids = pair.contacts.map(({ id }) => id);
  const merged = await take(api.POST('/api/v1/contacts/{id}/merge', {
    params: { path: { id: survivor } }, body: { contact_ids: ids.filter((id) => id !== survivor), fields },
  }));
  settle(pair.id, true);
  refresh(ids);
  notifyUndo(i18n.t('duplicates:merged', { name: merged.contact.display_name }), async () => {
    for (const { id } of merged.merges) await take(api.POST('/api/v1/merges/{id}/undo', { params: { path: { id } } }));
    settle(pair.id, false);
    refresh(ids);
  });
}

/** As long as it can be taken back. The API cannot undo a dismissal, so that it is told only then. */
const WAIT_MS = 9500;

export function dismiss(pair: Duplicate) {
  settle(pair.id, true);
  const timer = setTimeout(send, WAIT_MS);
  // Who leaves has decided.
  addEventListener('pagehide', send);
  function stop() {
    clearTimeout(timer);
    removeEventListener('pagehide', send);
  }
  function send() {
    stop();
    take(api.POST('/api/v1/duplicates/{id}/dismiss', { params: { path: { id: pair.id } }, keepalive: true })).catch((error: unknown) => {
      settle(pair.id, false);
      notifyProblem(error);
    });
  }
  notifyUndo(i18n.t('duplicates:dismissed', { name: pair.contacts[0]?.display_name }), async () => {
    stop();
    settle(pair.id, false);
  });
}
