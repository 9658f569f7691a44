import { IconChevronRight, IconWorld } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import type { Entry } from './group';
import classes from './Timeline.module.css';
import { useEntryText } from './useEntryText';

/** Several page views of a day in one line, that opens. */
export function PagesLine({ entries, who }: { entries: [Entry, ...Entry[]]; who?: ReactNode }) {
  const { t } = useTranslation('client');
  const { time } = useFormat();
  const { title } = useEntryText();
  const [open, setOpen] = useState(false);
  const first = entries.at(-1) ?? entries[0];
  return (
    <li className={classes.entry} data-tone="online">
      <span className={classes.icon} aria-hidden><IconWorld size={15} stroke={1.7} /></span>
      <div className={classes.body}>
        <button type="button" className={`${classes.line} tl-plain`} aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className={classes.what}>{t('pages', { count: entries.length })}<IconChevronRight size={14} aria-hidden style={{ verticalAlign: -2, transform: open ? 'rotate(90deg)' : undefined }} /></span>
          <time className={classes.time} dateTime={first.occurred_at}>{time(first.occurred_at)} – {time(entries[0].occurred_at)}</time>
        </button>
        <div className={classes.meta}>{who}<span>{t('ui:channel.web')}</span><span className={classes.mark}>{t('ui:online')}</span></div>
        {open && (
          <ul className={classes.pages}>
            {entries.map((entry) => <li key={entry.id}><span className="tl-cut">{title(entry)}</span><time dateTime={entry.occurred_at}>{time(entry.occurred_at)}</time></li>)}
          </ul>
        )}
      </div>
    </li>
  );
}
