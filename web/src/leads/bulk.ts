import i18n from 'i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { bulkOf, forEach } from '@/ui/list/bulk';
import { notifyProblem, notifyUndo } from '@/ui/notify';

type Lead = Schemas['Lead'];

export const bulk = bulkOf<Lead>({
  list: 'leads',
  batch: (items) => api.POST('/api/v1/leads/batch', { body: { items: items as never } }),
  remove: ({ id, version }) => api.DELETE('/api/v1/leads/{id}', { params: { path: { id }, header: ifMatch(version) } }),
  restore: ({ id }) => api.POST('/api/v1/leads/{id}/restore', { params: { path: { id } } }),
});

function each(leads: Lead[], move: (lead: Lead) => Schemas['StageMove']) {
  return forEach(leads, (lead) => take(api.POST('/api/v1/leads/{id}/stage', { params: { path: { id: lead.id } }, body: move(lead) })))
    .finally(() => queryClient.invalidateQueries({ queryKey: ['leads'] }));
}

export async function moveAll(leads: Lead[], move: Schemas['StageMove']) {
  await each(leads, () => move).then(() => notifyUndo(
    i18n.t('leads:bulk.moved', { count: leads.length }),
    () => each(leads, (lead) => ({ stage_id: lead.stage_id, lost_reason_id: lead.lost_reason_id ?? null })),
  ), notifyProblem);
}
