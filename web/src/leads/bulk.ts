import i18n from 'i18next';
import { api, type Schemas } from '@/api/client';
import { asSeen, bulkOf, inBatches, tell } from '@/ui/list/bulk';
import { refreshLeads } from './refresh';

type Lead = Schemas['Lead'];

export const bulk = bulkOf<Lead>({
  list: 'leads',
  batch: (items) => api.POST('/api/v1/leads/batch', { body: { items: items as never } }),
  remove: (leads) => inBatches(leads, (some) => api.POST('/api/v1/leads/delete', { body: asSeen(some) })),
  restore: (leads) => inBatches(leads, (some) => api.POST('/api/v1/leads/restore', { body: { ids: some.map(({ id }) => id) } })),
});

function moves(leads: Lead[], move: (lead: Lead) => Schemas['StageMove'] & { version: number }) {
  return inBatches(leads, (some) => api.POST('/api/v1/leads/stage', { body: { items: some.map((lead) => ({ ...move(lead), id: lead.id })) } })).finally(refreshLeads);
}

/** Moves leads to one stage and offers to move each back to its own, but for those that somebody else changed meanwhile. */
export const moveAll = (leads: Lead[], move: Schemas['StageMove']) => tell(
  moves(leads, ({ version }) => ({ ...move, version })),
  (count) => i18n.t('leads:bulk.moved', { count }),
  (done) => moves(done, ({ stage_id, lost_reason_id, version }) => ({
    stage_id, lost_reason_id: lost_reason_id ?? null,
    // The answer tells no versions; a move makes the next one, and whoever stood there already was not moved.
    version: stage_id === move.stage_id ? version : version + 1,
  })),
);
