import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFields, usePipelines, useUsers } from '@/app/lookups';
import { customText } from '@/ui/custom';
import { useFormat } from '@/ui/format';
import type { Column } from '@/ui/table/DataTable';
import { When } from '@/ui/When';

export type Row = Schemas['LeadRow'];

export const FIRST_COLUMNS = ['contact', 'stage', 'amount', 'owner', 'source', 'since', 'close'];
const TEXTS = { open: 'var(--tl-accent)', won: 'var(--tl-good)', lost: 'var(--tl-bad)' } as const;

export function useLeadColumns(): Column<Row>[] {
  const { t } = useTranslation('leads');
  const users = useUsers();
  const { stages, list } = usePipelines();
  const fields = useFields('lead');
  const { money, day } = useFormat();
  return useMemo(() => [
    { id: 'title', title: t('lead'), width: 220, cell: (lead) => <span style={{ fontWeight: 550 }} dir="auto">{lead.title}</span> },
    { id: 'contact', title: t('contact'), width: 160, cell: (lead) => <span dir="auto">{lead.contact_name}</span> },
    { id: 'company', title: t('field.company_id'), width: 170, cell: (lead) => <span dir="auto">{lead.company_name}</span> },
    {
      id: 'stage', title: t('stage'), width: 125,
      cell: (lead) => <span className="tl-tag" style={{ '--tone': TEXTS[lead.stage_kind] } as React.CSSProperties}>{stages.get(lead.stage_id)?.name}</span>,
    },
    { id: 'amount', title: t('amount'), width: 105, right: true, sort: 'amount', cell: ({ amount, currency }) => (amount != null && currency ? money(amount, currency) : null) },
    { id: 'owner', title: t('ui:owner'), width: 130, cell: (lead) => users.byId.get(lead.owner_id ?? '')?.name },
    { id: 'source', title: t('source'), width: 125, cell: (lead) => lead.source },
    { id: 'since', title: t('since'), width: 140, sort: 'stage_entered_at', cell: (lead) => <When at={lead.stage_entered_at} /> },
    { id: 'close', title: t('close'), width: 115, sort: 'expected_close_on', cell: (lead) => lead.expected_close_on && day(lead.expected_close_on) },
    { id: 'entered', title: t('entered'), width: 130, sort: 'entered_at', cell: (lead) => <When at={lead.entered_at} /> },
    { id: 'closed', title: t('closed'), width: 130, cell: (lead) => lead.closed_at && <When at={lead.closed_at} /> },
    { id: 'pipeline', title: t('pipeline'), width: 140, cell: (lead) => list.find(({ id }) => id === lead.pipeline_id)?.name },
    { id: 'first', title: t('first'), width: 150, cell: (lead) => lead.first_touch_group },
    { id: 'campaign', title: t('campaign'), width: 200, cell: (lead) => lead.touch_campaign },
    ...fields.map((field): Column<Row> => ({
      id: `custom.${field.key}`, title: field.label, width: 150, cell: (lead) => customText(field, lead.custom[field.key]),
    })),
  ], [t, users, stages, list, fields, money, day]);
}
