import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { useFields, useUsers } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { customText, customTextOf } from '@/ui/custom';
import { saveTogether } from '@/ui/conflict/save';
import { money } from '@/ui/format';
import { notifyDone } from '@/ui/notify';
import { refreshLeads } from '../refresh';

export type Lead = Schemas['LeadRow'];
export type SaveLead = (changes: Partial<Schemas['Lead']>) => Promise<void>;

const key = (id: string) => ['leads', 'one', id];

export function useLead(id: string) {
  return useQuery({
    queryKey: key(id),
    queryFn: ({ signal }) => take(api.GET('/api/v1/leads/{id}', { params: { path: { id } }, signal })),
  });
}

export function useStays(id: string) {
  const { data } = useQuery({
    queryKey: [...key(id), 'stages'],
    queryFn: ({ signal }) => take(api.GET('/api/v1/leads/{id}/stages', { params: { path: { id } }, signal })),
  });
  return data?.items;
}

/** Saves changed fields; others' changes meanwhile are kept or asked about. Rejects where it is not saved. */
export function useSaveLead(lead: Lead): SaveLead {
  const { t } = useTranslation('leads');
  const { byId } = useUsers();
  const fields = useFields('lead');
  return useCallback(async (changes) => {
    const path = { id: lead.id };
    const label = (name: string) => fields.find((field) => `custom.${field.key}` === name)?.label ?? t(`field.${name}`);
    const show = (name: string, value: unknown) => {
      if (name === 'owner_id') return byId.get(String(value))?.name ?? '';
      if (name === 'amount' && typeof value === 'number') return lead.currency ? money(value, lead.currency) : String(value);
      return customTextOf(fields, name, value) ?? customText({ kind: 'text' }, value);
    };
    const { kind, record } = await saveTogether<Schemas['Lead']>({
      base: lead, changes, label, show,
      latest: () => take(api.GET('/api/v1/leads/{id}', { params: { path } })),
      save: (body, version) => take(api.PATCH('/api/v1/leads/{id}', { params: { path, header: ifMatch(version) }, body: body as never })),
    });
    // Whose it is does not come along when it is saved.
    queryClient.setQueryData<Lead>(key(lead.id), (before) => before && { ...before, ...record });
    if (kind === 'merged') notifyDone(t('ui:conflict.merged'));
    void refreshLeads();
  }, [lead, byId, fields, t]);
}
