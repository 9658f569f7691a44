import { useQuery } from '@tanstack/react-query';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { saveTogether } from '@/ui/conflict/save';

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

/** A saved journey, where its steps are to be read from it. */
export function useSavedJourney(id: string | undefined) {
  const { data, isPending } = useQuery({
    queryKey: [...KEY, id], enabled: id !== undefined, staleTime: Infinity,
    queryFn: () => take(api.GET('/api/v1/saved-reports/{id}', { params: { path: { id: id ?? '' } } })),
  });
  return { journey: data?.kind === 'journey' ? data.parameters as unknown as Schemas['JourneyInput'] : undefined, waiting: id !== undefined && isPending };
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

export function deletedReports(cursor: string | undefined) {
  return take(api.GET('/api/v1/saved-reports', { params: { query: { deleted: true, cursor } } }));
}

export async function restoreReport(id: string) {
  await take(api.POST('/api/v1/saved-reports/{id}/restore', { params: { path: { id } } }));
  await again();
}

export async function renameReport(base: Saved, name: string, label: string) {
  const params = { path: { id: base.id } };
  await saveTogether<Saved>({
    base, changes: { name }, label: () => label, show: (_, value) => String(value),
    latest: () => take(api.GET('/api/v1/saved-reports/{id}', { params })),
    save: (body, version) => take(api.PATCH('/api/v1/saved-reports/{id}', { params: { ...params, header: ifMatch(version) }, body: body as never })),
  });
  await again();
}

export async function takeSnapshot(id: string) {
  await take(api.POST('/api/v1/saved-reports/{id}/snapshots', { params: { path: { id } } }));
  await again();
}
