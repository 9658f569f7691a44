import { IconArrowDownLeft, IconArrowUpRight, IconChecklist, IconPencil, IconTargetArrow, IconTrophy } from '@tabler/icons-react';
import { memo, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CHANNEL_ICONS } from '@/ui/channels';
import { useFormat } from '@/ui/format';
import type { Entry } from './group';
import classes from './Timeline.module.css';
import { useEntryText } from './useEntryText';

const LONG = 420;

export function iconOf(entry: Entry) {
  if (entry.type === 'stage_move') return stageKind(entry) === 'won' ? IconTrophy : IconTargetArrow;
  if (entry.type === 'task') return IconChecklist;
  if (entry.type === 'change') return IconPencil;
  if (entry.type === 'note') return CHANNEL_ICONS.note;
  return CHANNEL_ICONS[entry.channel ?? 'other'];
}

function stageKind(entry: Entry): string | undefined {
  return (entry.properties?.to_stage as { kind?: string } | null | undefined)?.kind;
}

/** How an entry is marked: where it happened, or what it is. */
function toneOf(entry: Entry): string {
  if (entry.type === 'stage_move') return stageKind(entry) ?? 'open';
  if (entry.type !== 'interaction' || entry.channel === 'note') return 'plain';
  return entry.online ? 'online' : 'offline';
}

/** One entry; `who` says whose it is where several people's are shown. */
export const EntryLine = memo(function EntryLine({ entry, who }: { entry: Entry; who?: ReactNode }) {
  const { t } = useTranslation('client');
  const { time, dayAndTime, duration, money } = useFormat();
  const text = useEntryText();
  const Mark = iconOf(entry);
  const Way = entry.direction === 'inbound' ? IconArrowDownLeft : entry.direction === 'outbound' ? IconArrowUpRight : null;
  const touch = entry.type === 'interaction';
  return (
    <li className={classes.entry} data-tone={toneOf(entry)} data-quiet={entry.type === 'change' || undefined}>
      <span className={classes.icon} aria-hidden><Mark size={15} stroke={1.7} /></span>
      <div className={classes.body}>
        <div className={classes.line}>
          <span className={classes.what} dir="auto">{text.title(entry)}</span>
          {entry.amount != null && entry.currency && <span className={classes.amount}>{money(entry.amount, entry.currency)}</span>}
          <time className={classes.time} dateTime={entry.occurred_at} title={dayAndTime(entry.occurred_at)}>{time(entry.occurred_at)}</time>
        </div>
        <div className={classes.meta}>
          {who}
          {touch && entry.channel && <span>{t(`ui:channel.${entry.channel}`)}</span>}
          {touch && entry.channel !== 'note' && <span className={classes.mark}>{t(entry.online ? 'ui:online' : 'ui:offline')}</span>}
          {Way && <span><Way size={12} aria-hidden /> {t(`ui:direction.${entry.direction}`)}</span>}
          {entry.duration_seconds ? <span>{duration(entry.duration_seconds)}</span> : null}
          {text.source(entry) && <span>{text.source(entry)}</span>}
          {text.actor(entry) && <span>{text.actor(entry)}</span>}
        </div>
        {entry.body && <Body text={entry.body} />}
      </div>
    </li>
  );
});

function Body({ text }: { text: string }) {
  const { t } = useTranslation('client');
  const [open, setOpen] = useState(text.length <= LONG);
  return (
    <div className={`tl-text ${classes.text}`} dir="auto">
      {open ? text : `${text.slice(0, LONG)}… `}
      {!open && <button type="button" className={classes.unfold} onClick={() => setOpen(true)}>{t('whole')}</button>}
    </div>
  );
}
