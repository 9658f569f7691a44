import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';

export type User = Schemas['User'];
export type Team = Schemas['Team'];
export const ROLES: Schemas['Role'][] = ['admin', 'manager', 'marketer', 'sales', 'reader'];

export const changeUser = ({ id, version }: Pick<User, 'id' | 'version'>, body: Schemas['UserPatch']) =>
  take(api.PATCH('/api/v1/users/{id}', { params: { path: { id }, header: ifMatch(version) }, body }));

export const refreshUsers = () => void queryClient.invalidateQueries({ queryKey: ['users'] });

export function useTeams() {
  const found = useQuery({ queryKey: ['teams'], queryFn: () => take(api.GET('/api/v1/teams')) });
  return useMemo(() => {
    const list = found.data?.items ?? [];
    return { list, found, byId: new Map(list.map(({ id, name }) => [id, name])) };
  }, [found]);
}

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** Four groups of letters that nobody mistakes for others: about 100 bits. */
export function newPassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  const letters = [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join('');
  return letters.match(/.{5}/g)?.join('-') ?? letters;
}
