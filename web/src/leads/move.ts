import i18n from 'i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { notifyProblem, notifyUndo } from '@/ui/notify';

/** Moves a lead to a stage and offers to move it back. */
export async function moveLead(lead: Schemas['Lead'], move: Schemas['StageMove'], done: () => void) {
  const send = async (body: Schemas['StageMove']) => {
    await take(api.POST('/api/v1/leads/{id}/stage', { params: { path: { id: lead.id } }, body }));
    void queryClient.invalidateQueries({ queryKey: ['leads'] });
    done();
  };
  await send(move).then(
    () => notifyUndo(i18n.t('leads:moved', { title: lead.title }), () => send({ stage_id: lead.stage_id, lost_reason_id: lead.lost_reason_id ?? null })),
    notifyProblem,
  );
}
