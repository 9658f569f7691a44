import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { forgetContact } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { saveTogether } from '@/ui/conflict/save';
import { notifyDone, notifyProblem } from '@/ui/notify';

export type Client = Schemas['Client360'];
export type Contact = Schemas['Contact'];

export const clientKey = (id: string) => ['client', id] as const;

export function useClient(id: string) {
  return useQuery({
    queryKey: [...clientKey(id), '360'],
    queryFn: ({ signal }) => take(api.GET('/api/v1/contacts/{id}/360', { params: { path: { id } }, signal })),
  });
}

/** Reads everything about the client anew, since something has happened. */
export function refreshClient(id: string) {
  void queryClient.invalidateQueries({ queryKey: clientKey(id) });
  void queryClient.invalidateQueries({ queryKey: ['contacts'] });
}

function put(id: string, contact: Contact) {
  queryClient.setQueryData<Client>([...clientKey(id), '360'], (before) => before && { ...before, contact });
}

type Show = (key: string, value: unknown) => string;

/** Saves changed fields of the contact; others' changes meanwhile are kept or asked about. Rejects where it is not saved. */
export function useSaveContact(contact: Contact, label: (key: string) => string, show: Show) {
  const { t } = useTranslation('ui');
  return useCallback(async (changes: Partial<Contact>) => {
    const path = { id: contact.id };
    const { kind, record } = await saveTogether<Contact>({
      base: contact, changes, label, show,
      latest: () => take(api.GET('/api/v1/contacts/{id}', { params: { path } })),
      save: (body, version) => take(api.PATCH('/api/v1/contacts/{id}', { params: { path, header: ifMatch(version) }, body: body as never })),
    });
    put(contact.id, record);
    forgetContact(contact.id);
    if (kind === 'merged') notifyDone(t('conflict.merged'));
    refreshClient(contact.id);
  }, [contact, label, show, t]);
}

export async function orTell(work: Promise<unknown>): Promise<boolean> {
  return work.then(() => true, (error: unknown) => {
    notifyProblem(error);
    return false;
  });
}
