import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMe } from '@/auth/hooks';
import { takeOver } from './takeOver';

/** The document says of a filter only that it is an object. */
export type View = Omit<Schemas['View'], 'filter'> & { filter: Record<string, unknown> };
export type NewView = Pick<View, 'list' | 'name' | 'filter' | 'columns' | 'sort' | 'shared_with'>;
export type ListName = Schemas['ViewList'];

const KEY = ['views'];
const again = () => queryClient.invalidateQueries({ queryKey: KEY });
const path = (id: string) => ({ path: { id } });

async function readAll(list: ListName): Promise<View[]> {
  const views: View[] = [];
  let cursor: string | undefined;
  do {
    const page = await take(api.GET('/api/v1/views', { params: { query: { list, limit: 200, cursor } } }));
    views.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return views;
}

/** The views of a list that somebody has or is given, by name. */
export function useViews(list: ListName) {
  const { user } = useMe();
  const { data } = useQuery({ queryKey: [...KEY, list], queryFn: () => readAll(list) });
  useEffect(() => void takeOver(list, user.id).then((taken) => (taken ? again() : undefined)), [list, user.id]);
  return useMemo(() => data?.toSorted((a, b) => a.name.localeCompare(b.name)), [data]);
}

/** Views are their owners'; whoever leads may change shared ones. */
export function useMayChange(): (view: View) => boolean {
  const { user } = useMe();
  return ({ owner_id, shared_with }) => owner_id === user.id || (shared_with.length > 0 && ['admin', 'manager'].includes(user.role));
}

export async function createView(body: NewView): Promise<View> {
  const view = await take(api.POST('/api/v1/views', { body: body as never }));
  await again();
  return view;
}

export const readView = ({ id }: View): Promise<View> => take(api.GET('/api/v1/views/{id}', { params: path(id) }));

export async function changeView(id: string, changes: Partial<View>, version: number): Promise<View> {
  return take(api.PATCH('/api/v1/views/{id}', { params: { ...path(id), header: ifMatch(version) }, body: changes as never }));
}

export const viewsChanged = again;

export async function deleteView({ id, version }: View) {
  await take(api.DELETE('/api/v1/views/{id}', { params: { ...path(id), header: ifMatch(version) } })).finally(again);
}
