import i18n from 'i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { notifyProblem, notifyUndo } from '@/ui/notify';

/** Puts a client aside whose message needs no answer, unless it has written again since, and offers to let it wait again. */
export async function dismissReply({ contact_id, waiting_since }: Schemas['AwaitingReply'], name: string) {
  const path = { id: contact_id };
  const again = () => void queryClient.invalidateQueries({ queryKey: ['today'] });
  try {
    await take(api.POST('/api/v1/contacts/{id}/awaiting-reply/dismiss', { params: { path, query: { waiting_since } } }));
    notifyUndo(i18n.t('today:dismiss.done', { name }), () => take(api.DELETE('/api/v1/contacts/{id}/awaiting-reply/dismiss', { params: { path } })).then(again));
  } catch (error) {
    notifyProblem(error);
  }
  again();
}
