import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useFields, usePipelines, useUsers } from '@/app/lookups';
import { customText } from '@/ui/custom';
import { decimals } from '@/ui/format';
import { saveText, toCsv } from '@/ui/list/csv';
import type { Row } from './columns';

/** Saves chosen leads as a file. The API's export takes filters, but no list of leads. */
export function useSaveLeads(): (leads: readonly Row[]) => void {
  const { t } = useTranslation('leads');
  const users = useUsers();
  const { stages, list } = usePipelines();
  const fields = useFields('lead');
  return useCallback((leads) => {
    const head = ['lead', 'contact', 'field.company_id', 'pipeline', 'stage', 'amount', 'currency', 'ui:owner', 'source', 'entered', 'close', 'closed'].map((key) => t(key));
    const rows = leads.map((lead) => [
      lead.title, lead.contact_name, lead.company_name, list.find(({ id }) => id === lead.pipeline_id)?.name, stages.get(lead.stage_id)?.name,
      lead.amount != null && lead.currency ? String(lead.amount / 10 ** decimals(lead.currency)) : '', lead.currency, users.byId.get(lead.owner_id ?? '')?.name,
      lead.source, lead.entered_at, lead.expected_close_on, lead.closed_at, ...fields.map((field) => customText(field.kind.endsWith('choice') ? { kind: 'text' } : field, lead.custom[field.key])),
    ]);
    saveText('leads.csv', toCsv([[...head, ...fields.map(({ label }) => label)], ...rows]));
  }, [t, users, stages, list, fields]);
}
