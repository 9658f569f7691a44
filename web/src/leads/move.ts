import i18n from 'i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { type Outcome, saveTogether } from '@/ui/conflict/save';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { refreshLeads } from './refresh';

type Lead = Schemas['Lead'];
type Move = Schemas['StageMove'];

function stageName(id: unknown): string {
  const pipelines = queryClient.getQueryData<Schemas['Page_Pipeline']>(['pipelines'])?.items ?? [];
  return pipelines.flatMap(({ stages }) => stages).find((stage) => stage.id === id)?.name ?? '';
}

/** Where somebody else moved the lead since it was shown, both stages are shown and one is chosen. */
function send(base: Lead, move: Move): Promise<Outcome<Lead>> {
  const params = { path: { id: base.id } };
  return saveTogether<Lead>({
    base, changes: { stage_id: move.stage_id },
    latest: () => take(api.GET('/api/v1/leads/{id}', { params })),
    save: (_, version) => take(api.POST('/api/v1/leads/{id}/stage', { params: { ...params, header: ifMatch(version) }, body: move })),
    label: () => i18n.t('leads:stage.of', { title: base.title }),
    show: (_, id) => stageName(id),
  });
}

/** Moves a lead to a stage and offers to move it back. Says whether it stands there now. */
export async function moveLead(lead: Lead, move: Move, done: () => void = () => undefined): Promise<boolean> {
  const there = async (from: Lead, to: Move) => {
    const outcome = await send(from, to).finally(() => void refreshLeads());
    done();
    return outcome;
  };
  try {
    const { kind, record } = await there(lead, move);
    if (kind === 'dropped') return false;
    const back = { stage_id: lead.stage_id, lost_reason_id: lead.lost_reason_id ?? null };
    notifyUndo(i18n.t('leads:moved', { title: lead.title, stage: stageName(move.stage_id) }), () => there(record, back));
    return true;
  } catch (error) {
    notifyProblem(error);
    return false;
  }
}
