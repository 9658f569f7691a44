import { useNavigate } from '@tanstack/react-router';
import { createContext, useCallback, useContext, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { LeadDrawer } from '@/leads/LeadDrawer';
import { useFormat } from '@/ui/format';
import { Counted, NumberDrawer } from '@/ui/list/NumberDrawer';
import { useRows } from '@/ui/list/useRows';
import type { Column } from '@/ui/table/DataTable';
import type { Query } from '../ask';
import { NumberButton } from '../Count';
import { type Fact, rowOf, wordsOf } from './facts';

/** What a person did. */
export interface Behind {
  title: string;
  count: number;
  query: Query;
}

export const FactsContext = createContext<(behind: Behind) => void>(() => undefined);

/** A number that opens what it counts. */
export function Facts({ className, children, ...behind }: Behind & { className?: string | undefined; children?: string }) {
  const open = useContext(FactsContext);
  return <NumberButton value={behind.count} title={behind.title} className={className} open={() => open(behind)}>{children}</NumberButton>;
}

/** Exactly the facts behind a number. */
export function FactsDrawer({ behind, close }: { behind: Behind | null; close: () => void }) {
  return <NumberDrawer behind={behind} close={close}>{(behind) => <List behind={behind} />}</NumberDrawer>;
}

async function read({ total: _, ...query }: Record<string, unknown>, signal: AbortSignal) {
  const page = await take(api.GET('/api/v1/reports/activity/facts', { params: { query: query as never }, signal }));
  return { ...page, items: page.items.map(rowOf) };
}

function List({ behind: { title, query } }: { behind: Behind }) {
  const { t } = useTranslation('funnel');
  const navigate = useNavigate();
  const [lead, setLead] = useState<string | null>(null);
  const found = useRows<Fact>('activity-facts', query, read);
  const columns = useColumns();
  const nameOf = useCallback((fact: Fact) => fact.contact_name ?? t('team.hidden'), [t]);
  // A lead opens beside its number; of what else was done, the client's history tells. Nothing opens that may not be seen.
  const open = useCallback((fact: Fact) => {
    if (fact.lead_id && fact.lead_title != null && !fact.interaction_id && !fact.task_id) setLead(fact.lead_id);
    else if (fact.contact_name != null) void navigate({ to: '/contacts/$id', params: { id: fact.contact_id } });
  }, [navigate]);
  return (
    <>
      <Counted found={found} text={(count) => t('team.facts', { count })} label={title} columns={columns} name={nameOf} open={open} />
      <LeadDrawer id={lead} close={() => setLead(null)} />
    </>
  );
}

function useColumns(): Column<Fact>[] {
  const { t } = useTranslation('funnel');
  const { dayAndTime } = useFormat();
  const { stages } = usePipelines();
  return useMemo(() => [
    { id: 'client', title: t('team.client'), width: 170, cell: ({ contact_name: name }) => (name == null ? <span style={{ color: 'var(--mantine-color-dimmed)' }}>{t('team.hidden')}</span> : <b className="tl-cut" dir="auto">{name}</b>) },
    { id: 'at', title: t('team.when'), width: 150, cell: ({ at }) => <time dateTime={at}>{dayAndTime(at)}</time> },
    { id: 'what', title: t('team.what'), width: 230, cell: (fact) => <span className="tl-cut" dir="auto">{wordsOf(fact, (channel) => t(`ui:channel.${channel}`), (id) => stages.get(id)?.name)}</span> },
    { id: 'lead', title: t('team.lead'), width: 230, cell: ({ lead_title: name }) => <span className="tl-cut" dir="auto">{name}</span> },
  ], [t, dayAndTime, stages]);
}
