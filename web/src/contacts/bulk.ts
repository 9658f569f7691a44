import i18n from 'i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { notifyProblem, notifyUndo } from '@/ui/notify';

type Contact = Schemas['Contact'];
type Item = { id: string; owner_id?: string | null; tags?: string[] };

async function batch(items: Item[], lists?: 'replace'): Promise<void> {
  const answer = await take(api.POST('/api/v1/contacts/batch', { params: { query: lists ? { lists } : {} }, body: { items: items as never } }));
  const refused = answer.items.find((item) => item.status === 'error');
  await queryClient.invalidateQueries({ queryKey: ['contacts'] });
  if (refused) throw new Error(refused.problem?.title ?? 'refused');
}

/** Gives the contacts to somebody, and back to whom they belonged where it is taken back. */
export async function giveTo(contacts: Contact[], owner_id: string | null) {
  await batch(contacts.map(({ id }) => ({ id, owner_id }))).then(() => notifyUndo(
    i18n.t('contacts:bulk.owner', { count: contacts.length }),
    () => batch(contacts.map((contact) => ({ id: contact.id, owner_id: contact.owner_id ?? null }))),
  ), notifyProblem);
}

export async function addTag(contacts: Contact[], tag: string) {
  await batch(contacts.map(({ id }) => ({ id, tags: [tag] }))).then(() => notifyUndo(
    i18n.t('contacts:bulk.tag', { count: contacts.length, tag }),
    () => batch(contacts.map(({ id, tags }) => ({ id, tags })), 'replace'),
  ), notifyProblem);
}
