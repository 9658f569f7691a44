import { ActionIcon, Checkbox, Menu, NativeSelect } from '@mantine/core';
import { IconClock, IconMessageOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { LostDialog } from '@/leads/LostDialog';
import { moveLead } from '@/leads/move';
import { CHANNEL_ICONS } from '@/ui/channels';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { When } from '@/ui/When';
import { dismissReply } from './dismiss';
import { finishTask } from './finish';
import type { Item } from './items';
import { LogAnswer, LogCall } from './LogTouch';
import { DELAYS, reschedule } from './reschedule';
import classes from './Today.module.css';

/** How much of a message without a subject is shown. */
const SHORT = 140;

interface Props {
  item: Item;
  active: boolean;
}

export function TodayRow({ item, active }: Props) {
  const name = item.name ?? '…';
  const mayTouch = useMay('interactions:write');
  return (
    <li className={classes.row} data-row data-active={active || undefined}>
      <Start item={item} name={name} />
      <div className={classes.main}>
        <div className={classes.what} dir="auto"><What item={item} /></div>
        <div className={classes.sub}>
          <Link to="/contacts/$id" params={{ id: item.contactId }} className="tl-link" dir="auto">{name}</Link>
          {item.phone && <a className="tl-link" href={`tel:${item.phone}`}>{item.phone}</a>}
        </div>
      </div>
      <div className={classes.when}><Since item={item} /></div>
      <div className={classes.tools}>
        {item.kind === 'lead' && <Stage lead={item.lead} />}
        {item.kind === 'task' && <Later task={item.task} />}
        {item.kind === 'reply' && mayTouch && <Dismiss reply={item.reply} name={name} />}
        {item.kind === 'reply' && mayTouch && <LogAnswer reply={item.reply} contactId={item.contactId} name={name} />}
        {mayTouch && <LogCall contactId={item.contactId} name={name} />}
      </div>
    </li>
  );
}

function Start({ item, name }: { item: Item; name: string }) {
  const { t } = useTranslation('today');
  const mayWrite = useMay('tasks:write');
  if (item.kind === 'task') {
    return <Checkbox size="sm" aria-label={t('finish', { title: item.task.title })} checked={false} disabled={!mayWrite} onChange={() => void finishTask(item.task, () => undefined)} />;
  }
  return <Initials name={name} size={24} />;
}

function What({ item }: { item: Item }) {
  const { t } = useTranslation('today');
  const { money } = useFormat();
  if (item.kind === 'task') return item.task.title;
  if (item.kind === 'lead') {
    const { title, amount, currency } = item.lead;
    return <>{title}{amount != null && currency && <span className={classes.amount}>{money(amount, currency)}</span>}</>;
  }
  const { channel = 'other', subject, body } = item.reply.interaction ?? {};
  const Mark = CHANNEL_ICONS[channel];
  return <><Mark size={15} aria-label={t(`ui:channel.${channel}`)} role="img" style={{ verticalAlign: -2 }} /> {subject ?? body?.slice(0, SHORT) ?? t(`ui:channel.${channel}`)}</>;
}

function Since({ item }: { item: Item }) {
  if (item.kind === 'task') return item.task.due_at ? <span data-late={item.part === 'overdue' || undefined}><When at={item.task.due_at} /></span> : null;
  return <When at={item.kind === 'lead' ? item.lead.stage_entered_at : item.reply.waiting_since} />;
}

function Later({ task }: { task: Schemas['Task'] }) {
  const { t } = useTranslation('today');
  if (!useMay('tasks:write')) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon aria-label={t('later.of', { title: task.title })} title={t('later')}><IconClock size={17} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>{DELAYS.map(({ key, days }) => <Menu.Item key={key} onClick={() => void reschedule(task, days)}>{t(`later.${key}`)}</Menu.Item>)}</Menu.Dropdown>
    </Menu>
  );
}

function Dismiss({ reply, name }: { reply: Schemas['AwaitingReply']; name: string }) {
  const { t } = useTranslation('today');
  return <ActionIcon aria-label={t('dismiss.of', { name })} title={t('dismiss')} aria-keyshortcuts="e" onClick={() => void dismissReply(reply, name)}><IconMessageOff size={17} /></ActionIcon>;
}

function Stage({ lead }: { lead: Schemas['LeadRow'] }) {
  const { t } = useTranslation('today');
  const { list } = usePipelines();
  const [losing, setLosing] = useState<string | null>(null);
  const mayWrite = useMay('leads:write');
  const stages = list.find(({ id }) => id === lead.pipeline_id)?.stages.filter(({ archived_at }) => !archived_at) ?? [];
  function choose(id: string) {
    if (stages.find((stage) => stage.id === id)?.kind === 'lost') setLosing(id);
    else void moveLead(lead, { stage_id: id }, () => undefined);
  }
  return (
    <>
      <NativeSelect size="xs" w={124} aria-label={t('stage', { title: lead.title })} value={lead.stage_id} disabled={!mayWrite} data={stages.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(event) => choose(event.currentTarget.value)} />
      {losing && <LostDialog close={() => setLosing(null)} lose={(reason) => moveLead(lead, { stage_id: losing, ...reason }, () => undefined)} />}
    </>
  );
}
