import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { saveSetting } from '../save';

export type Pipeline = Schemas['Pipeline'];
export type Stage = Schemas['Stage'];
export const KEY = ['pipelines', 'all'];

export const readPipelines = () => take(api.GET('/api/v1/pipelines', { params: { query: { archived: true } } }));
export const refresh = () => queryClient.invalidateQueries({ queryKey: ['pipelines'] });

export const changePipeline = ({ id, version }: Pipeline, body: Schemas['PipelinePatch']) =>
  take(api.PATCH('/api/v1/pipelines/{id}', { params: { path: { id }, header: ifMatch(version) }, body }));

export const renamePipeline = (base: Pipeline, changes: Partial<Pipeline>, label: string) => saveSetting<Pipeline>({
  base, changes, label: () => label,
  latest: () => take(api.GET('/api/v1/pipelines/{id}', { params: { path: { id: base.id } } })),
  save: (body, version) => changePipeline({ ...base, version }, body),
});

export const changeStage = ({ id, version }: Stage, body: Schemas['StagePatch']) =>
  take(api.PATCH('/api/v1/stages/{id}', { params: { path: { id }, header: ifMatch(version) }, body }));

/** Shows the new order at once; the server's answer comes after. */
export async function orderStages(pipeline: Pipeline, stages: Stage[]) {
  const archived = pipeline.stages.filter(({ archived_at }) => archived_at);
  queryClient.setQueryData<{ items: Pipeline[] }>(KEY, (before) => before && {
    ...before, items: before.items.map((other) => (other.id === pipeline.id ? { ...other, stages: [...stages, ...archived] } : other)),
  });
  const params = { path: { id: pipeline.id }, header: ifMatch(pipeline.version) };
  await take(api.PUT('/api/v1/pipelines/{id}/stage-order', { params, body: { stage_ids: stages.map(({ id }) => id) } }));
}
