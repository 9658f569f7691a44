import { useQuery } from '@tanstack/react-query';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';

export type Import = Schemas['Import'];
export type Mapping = Schemas['MappingInput'];
export type MappedField = Schemas['MappedField'];
export type Column = Schemas['ProposedColumn'];
export type Status = Schemas['Status'];

const POLL_MS = 700;
const MOVING: readonly Status[] = ['checking', 'running', 'undoing'];

export function isMoving(status: Status): boolean {
  return MOVING.includes(status);
}

const keyOf = (id: string) => ['imports', 'one', id] as const;

/** An import; while it works its progress is read again and again. */
export function useImport(id: string) {
  return useQuery({
    queryKey: keyOf(id),
    queryFn: ({ signal }) => take(api.GET('/api/v1/imports/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data && isMoving(state.data.status) ? POLL_MS : false),
  });
}

export function keep(found: Import) {
  queryClient.setQueryData(keyOf(found.id), found);
}

type Step = 'dry-run' | 'run' | 'cancel' | 'undo';

/** Moves an import on. What it found wrong before is read anew. */
export async function step(id: string, what: Step): Promise<Import> {
  const call = { params: { path: { id } } };
  const found = await take<Import>(
    what === 'dry-run' ? api.POST('/api/v1/imports/{id}/dry-run', call) : what === 'run' ? api.POST('/api/v1/imports/{id}/run', call)
      : what === 'cancel' ? api.POST('/api/v1/imports/{id}/cancel', call) : api.POST('/api/v1/imports/{id}/undo', call),
  );
  keep(found);
  void queryClient.invalidateQueries({ queryKey: ['imports', 'list'] });
  return found;
}

export async function setMapping(id: string, mapping: Mapping): Promise<Import> {
  const found = await take(api.PUT('/api/v1/imports/{id}/mapping', { params: { path: { id } }, body: mapping }));
  keep(found);
  return found;
}

export async function upload(file: File): Promise<Import> {
  const form = new FormData();
  form.append('file', file);
  const found = await take(api.POST('/api/v1/imports', { body: form as never, bodySerializer: (body: unknown) => body as FormData }));
  keep(found);
  void queryClient.invalidateQueries({ queryKey: ['imports', 'list'] });
  return found;
}

/** After an import nothing that is shown of clients need be so any more. */
export function forgetEverything() {
  void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'imports' });
}
