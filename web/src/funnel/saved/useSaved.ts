import { useQuery } from '@tanstack/react-query';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';

export type Saved = Schemas['SavedReport'];
const KEY = ['saved-reports'];

export function useSaved() {
  const { data } = useQuery({ queryKey: KEY, enabled: useMay('reports:read'), queryFn: () => take(api.GET('/api/v1/saved-reports', { params: { query: { limit: 200 } } })) });
  return data?.items ?? [];
}

export function useSnapshots(id: string, enabled: boolean) {
  const { data } = useQuery({
    queryKey: [...KEY, id, 'snapshots'], enabled,
    queryFn: () => take(api.GET('/api/v1/saved-reports/{id}/snapshots', { params: { path: { id }, query: { limit: 50 } } })),
  });
  return data?.items;
}

const again = () => queryClient.invalidateQueries({ queryKey: KEY });

export async function saveReport(body: Schemas['NewSavedReport']): Promise<Saved> {
  const saved = await take(api.POST('/api/v1/saved-reports', { body }));
  await again();
  return saved;
}

export async function deleteReport({ id, version }: Pick<Saved, 'id' | 'version'>) {
  await take(api.DELETE('/api/v1/saved-reports/{id}', { params: { path: { id }, header: ifMatch(version) } }));
  await again();
}

export async function takeSnapshot(id: string) {
  await take(api.POST('/api/v1/saved-reports/{id}/snapshots', { params: { path: { id } } }));
  await again();
}
