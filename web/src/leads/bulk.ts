import i18n from 'i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { notifyProblem, notifyUndo } from '@/ui/notify';

type Lead = Schemas['Lead'];

async function own(items: { id: string; owner_id: string | null }[]) {
  const answer = await take(api.POST('/api/v1/leads/batch', { body: { items: items as never } }));
  await queryClient.invalidateQueries({ queryKey: ['leads'] });
  const refused = answer.items.find((item) => item.status === 'error');
  if (refused) throw new Error(refused.problem?.title ?? 'refused');
}

export async function giveTo(leads: Lead[], owner_id: string | null) {
  await own(leads.map(({ id }) => ({ id, owner_id }))).then(() => notifyUndo(
    i18n.t('leads:bulk.owner', { count: leads.length }),
    () => own(leads.map((lead) => ({ id: lead.id, owner_id: lead.owner_id ?? null }))),
  ), notifyProblem);
}

async function each(leads: Lead[], move: (lead: Lead) => Schemas['StageMove']) {
  try {
    for (const lead of leads) await take(api.POST('/api/v1/leads/{id}/stage', { params: { path: { id: lead.id } }, body: move(lead) }));
  } finally {
    await queryClient.invalidateQueries({ queryKey: ['leads'] });
  }
}

export async function moveAll(leads: Lead[], move: Schemas['StageMove']) {
  await each(leads, () => move).then(() => notifyUndo(
    i18n.t('leads:bulk.moved', { count: leads.length }),
    () => each(leads, (lead) => ({ stage_id: lead.stage_id, lost_reason_id: lead.lost_reason_id ?? null })),
  ), notifyProblem);
}
