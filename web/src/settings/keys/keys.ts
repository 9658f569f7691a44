import { useQuery } from '@tanstack/react-query';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';

export type ApiKey = Schemas['ApiKey'];

async function allKeys(): Promise<ApiKey[]> {
  const keys: ApiKey[] = [];
  let cursor: string | undefined;
  do {
    const page = await take(api.GET('/api/v1/api-keys', { params: { query: { limit: 200, cursor } } }));
    keys.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return keys;
}

export const useKeys = (enabled = true) => useQuery({ queryKey: ['api-keys'], queryFn: allKeys, enabled });
export const refreshKeys = () => void queryClient.invalidateQueries({ queryKey: ['api-keys'] });

/** A key that may do nothing but send: it may stand in a web page for everybody to read. */
export const isWriteKey = ({ scopes }: Pick<ApiKey, 'scopes'>) => scopes.length === 1 && scopes[0] === 'ingest:write';

export type KeyState = 'good' | 'revoked' | 'expired';

export function stateOf({ revoked_at, expires_at }: ApiKey, now = Date.now()): KeyState {
  if (revoked_at) return 'revoked';
  return expires_at && Date.parse(expires_at) <= now ? 'expired' : 'good';
}
