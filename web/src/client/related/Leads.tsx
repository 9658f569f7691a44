import { Button, NativeSelect, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { useFormat } from '@/ui/format';
import { moveLead } from '@/leads/move';
import { LostDialog } from '@/leads/LostDialog';
import { clientKey, type Client, refreshClient } from '../useClient';
import { Card } from '@/ui/record/Card';
import { later } from '@/ui/later';
import classes from './Related.module.css';
import { Touches } from './Touches';

const NewLead = later(async () => (await import('@/leads/NewLead')).NewLead);

type Lead = Schemas['Lead'];
const route = getRouteApi('/shell/contacts/$id');

/** The client's leads, the open ones first; each moves on where it stands. */
export function Leads({ client }: { client: Client }) {
  const { t } = useTranslation('client');
  const id = client.contact.id;
  const { data } = useQuery({
    queryKey: [...clientKey(id), 'leads'],
    queryFn: () => take(api.GET('/api/v1/leads', { params: { query: { contact_id: id, limit: 50 } } })),
  });
  const rank = { open: 0, won: 1, lost: 2 };
  const [creating, create] = useDisclosure();
  const mayWrite = useMay('leads:write');
  const { contact } = client;
  const leads = [...(data?.items ?? [])].sort((a, b) => rank[a.stage_kind] - rank[b.stage_kind]);
  return (
    <Card title={t('leads')} note={leads.length || undefined}>
      {data && leads.length === 0 && <Text size="sm" c="dimmed">{t('leads.none')}</Text>}
      {leads.map((lead) => <LeadCard key={lead.id} lead={lead} />)}
      {mayWrite && <Button variant="subtle" mt="xs" fullWidth leftSection={<IconPlus size={15} />} onClick={create.open}>{t('leads:new')}</Button>}
      {creating && <NewLead begin={{ client: { kind: 'known', id: contact.id, name: contact.display_name } }} close={create.close} done={() => refreshClient(contact.id)} />}
    </Card>
  );
}

function LeadCard({ lead }: { lead: Lead }) {
  const { t } = useTranslation('client');
  const { money, relative, day } = useFormat();
  const { list, stages } = usePipelines();
  const pointed = route.useSearch().lead === lead.id;
  const stage = stages.get(lead.stage_id);
  const open = list.find(({ id }) => id === lead.pipeline_id)?.stages.filter(({ kind }) => kind === 'open') ?? [];
  const reached = lead.stage_kind === 'won' ? open.length : open.findIndex(({ id }) => id === lead.stage_id) + 1;
  return (
    <div className={classes.lead} data-kind={lead.stage_kind} data-pointed={pointed || undefined}>
      <div className={classes.top}>
        <Link to="/leads/$id" params={{ id: lead.id }} className={`tl-link ${classes.strong}`} dir="auto">{lead.title}</Link>
        {lead.amount != null && lead.currency && <span className={classes.strong}>{money(lead.amount, lead.currency)}</span>}
      </div>
      <div className={classes.steps} aria-hidden>{open.map(({ id }, index) => <i key={id} data-on={index < reached || undefined} />)}</div>
      <div className={classes.top}>
        <Stages lead={lead} name={stage?.name ?? ''} />
        <Text size="xs" c="dimmed" component="span">{t('since', { time: relative(lead.stage_entered_at) })}</Text>
      </div>
      {lead.stage_kind === 'open' && lead.expected_close_on && <Text size="xs" c="dimmed">{t('expected', { day: day(lead.expected_close_on) })}</Text>}
      {lead.stage_kind === 'won' && <Touches lead={lead} />}
    </div>
  );
}

function Stages({ lead, name }: { lead: Lead; name: string }) {
  const { t } = useTranslation('client');
  const { list } = usePipelines();
  const [losing, setLosing] = useState<string | null>(null);
  const stages = list.find(({ id }) => id === lead.pipeline_id)?.stages.filter(({ archived_at }) => !archived_at) ?? [];
  if (!useMay('leads:write')) return <Text size="xs">{name}</Text>;
  const done = () => refreshClient(lead.contact_id);
  function choose(stageId: string) {
    const kind = stages.find(({ id }) => id === stageId)?.kind;
    if (kind === 'lost') setLosing(stageId);
    else void moveLead(lead, { stage_id: stageId }, done);
  }
  return (
    <>
      <NativeSelect size="xs" variant="unstyled" aria-label={t('stage.of', { title: lead.title })} value={lead.stage_id} className={classes.stage}
        onChange={(event) => choose(event.currentTarget.value)} data={stages.map(({ id, name }) => ({ value: id, label: name }))} />
      {losing && <LostDialog close={() => setLosing(null)} lose={(reason) => moveLead(lead, { stage_id: losing, ...reason }, done)} />}
    </>
  );
}
