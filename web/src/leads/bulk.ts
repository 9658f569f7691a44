import i18n from 'i18next';
import { api, ifMatch, type Schemas } from '@/api/client';
import { bulkOf, inBatches, oneByOne, tell } from '@/ui/list/bulk';
import { refreshLeads } from './refresh';

type Lead = Schemas['Lead'];

export const bulk = bulkOf<Lead>({
  list: 'leads',
  batch: (items) => api.POST('/api/v1/leads/batch', { body: { items: items as never } }),
  remove: (leads) => oneByOne(leads, ({ id, version }) => api.DELETE('/api/v1/leads/{id}', { params: { path: { id }, header: ifMatch(version) } })),
  restore: (leads) => oneByOne(leads, ({ id }) => api.POST('/api/v1/leads/{id}/restore', { params: { path: { id } } })),
});

function moves(leads: Lead[], move: (lead: Lead) => Schemas['StageMove']) {
  return inBatches(leads, (some) => api.POST('/api/v1/leads/stage', { body: { items: some.map((lead) => ({ ...move(lead), id: lead.id })) } })).finally(refreshLeads);
}

/** Moves leads to one stage and offers to move each back to its own. */
export const moveAll = (leads: Lead[], move: Schemas['StageMove']) => tell(
  moves(leads, () => move),
  (count) => i18n.t('leads:bulk.moved', { count }),
  (done) => moves(done, ({ stage_id, lost_reason_id }) => ({ stage_id, lost_reason_id: lost_reason_id ?? null })),
);
