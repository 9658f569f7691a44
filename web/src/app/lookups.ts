import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from './query';

export type Contact = Schemas['Contact'];
const SLOWLY = 5 * 60_000;

async function allUsers(): Promise<Schemas['User'][]> {
  const users: Schemas['User'][] = [];
  let cursor: string | undefined;
  do {
    const page = await take(api.GET('/api/v1/users', { params: { query: { limit: 200, cursor } } }));
    users.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return users;
}

/** Everybody who works here, by id and as a list. */
export function useUsers() {
  const { data } = useQuery({ queryKey: ['users'], queryFn: allUsers, staleTime: SLOWLY });
  return useMemo(() => {
    const list = data ?? [];
    return { list, byId: new Map(list.map((user) => [user.id, user])) };
  }, [data]);
}

export function usePipelines() {
  const { data } = useQuery({ queryKey: ['pipelines'], queryFn: () => take(api.GET('/api/v1/pipelines')), staleTime: SLOWLY });
  return useMemo(() => {
    const list = data?.items ?? [];
    const stages = new Map(list.flatMap((pipeline) => pipeline.stages.map((stage) => [stage.id, stage] as const)));
    return { list, stages, ready: data !== undefined };
  }, [data]);
}

export function useFields(entity: Schemas['Entity']) {
  const { data } = useQuery({
    queryKey: ['fields', entity],
    queryFn: () => take(api.GET('/api/v1/fields', { params: { query: { entity } } })),
    staleTime: SLOWLY,
  });
  return data?.items ?? NONE;
}
const NONE: Schemas['Field'][] = [];

export function useLostReasons() {
  const { data } = useQuery({ queryKey: ['lost-reasons'], queryFn: () => take(api.GET('/api/v1/lost-reasons')), staleTime: SLOWLY });
  return data?.items ?? [];
}

const asked = new Map<string, { at: number; contact: Promise<Contact | undefined> }>();
const FRESH_MS = 60_000;

/** Contacts by id: those asked for lately are remembered, the others come in one request. */
export async function contactsByIds(ids: readonly string[]): Promise<Map<string, Contact>> {
  const wanted = [...new Set(ids)];
  const missing = wanted.filter((id) => Date.now() - (asked.get(id)?.at ?? 0) > FRESH_MS);
  for (let from = 0; from < missing.length; from += 100) fetchTogether(missing.slice(from, from + 100));
  const found = await Promise.all(wanted.map(async (id) => [id, await asked.get(id)?.contact] as const));
  return new Map(found.filter((pair): pair is [string, Contact] => pair[1] !== undefined));
}

function fetchTogether(ids: string[]) {
  const together = take(api.GET('/api/v1/contacts', { params: { query: { id: ids.join(','), limit: 200 } } })).then((page) => page.items);
  for (const id of ids) {
    const contact = together.then((items) => items.find((item) => item.id === id) ?? merged(id));
    contact.catch(() => asked.delete(id));
    asked.set(id, { at: Date.now(), contact });
  }
}

/** Whoever was merged is found under the survivor's id by a redirect; whoever is out of sight is nobody. */
function merged(id: string): Promise<Contact | undefined> {
  return take(api.GET('/api/v1/contacts/{id}', { params: { path: { id } } })).catch(() => undefined);
}

export function useContactNames(ids: readonly string[]) {
  const key = [...new Set(ids)].sort();
  const { data } = useQuery({
    queryKey: ['contact-names', key],
    queryFn: () => contactsByIds(key),
    enabled: key.length > 0,
    placeholderData: (before) => before,
  });
  return data;
}

/** After a contact was changed, its name may be another. */
export function forgetContact(id: string) {
  asked.delete(id);
  void queryClient.invalidateQueries({ queryKey: ['contact-names'] });
}
