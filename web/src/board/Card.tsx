import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { useDraggable } from '@dnd-kit/core';
import { IconCalendarDue, IconClockExclamation, IconDots } from '@tabler/icons-react';
import { type KeyboardEvent, memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import classes from './Board.module.css';
import { walk } from './walk';
import { type Card, isStale } from './shift';

interface Props {
  card: Card;
  stage: Schemas['Stage'];
  name: string | undefined;
  /** Where it can go; nowhere for whoever may only look. */
  stages: readonly Schemas['Stage'][];
  open: (id: string) => void;
  move: (card: Card, stage: string) => void;
}

export const LeadCard = memo(function LeadCard({ card, stage, name, stages, open, move }: Props) {
  const { t } = useTranslation('board');
  const fixed = stages.length === 0;
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, isDragging } = useDraggable({ id: card.id, disabled: fixed });
  function pressed(event: KeyboardEvent) {
    listeners?.onKeyDown?.(event);
    if (!isDragging && !event.defaultPrevented) walk(event);
  }
  return (
    <li ref={setNodeRef} className={classes.card} data-dragged={isDragging || undefined} data-stale={isStale(card, stage) || undefined} {...listeners} onKeyDown={pressed}>
      <button type="button" ref={setActivatorNodeRef} className={classes.open} onClick={() => open(card.id)} data-card={card.id} dir="auto"
        {...(fixed ? {} : { 'aria-describedby': attributes['aria-describedby'], 'aria-roledescription': t('card') })}>
        {card.title}
      </button>
      <Inside card={card} stage={stage} name={name} />
      {!fixed && (
        <Menu position="bottom-end" width={200} withinPortal>
          <Menu.Target>
            <ActionIcon className={classes.dots} size={24} aria-label={t('move.of', { title: card.title })} onMouseDown={(event) => event.stopPropagation()}><IconDots size={15} /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown onMouseDown={(event) => event.stopPropagation()} onKeyDown={(event) => event.stopPropagation()}>
            <Menu.Label>{t('move')}</Menu.Label>
            {stages.filter(({ id }) => id !== stage.id).map(({ id, name: text }) => <Menu.Item key={id} onClick={() => move(card, id)}>{text}</Menu.Item>)}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
});

function Inside({ card, stage, name }: Pick<Props, 'card' | 'stage' | 'name'>) {
  const { t } = useTranslation('board');
  const { money, rough, day } = useFormat();
  const owner = useUsers().byId.get(card.owner_id ?? '');
  const here = Math.max(0, Math.floor((Date.now() - Date.parse(card.stage_entered_at)) / 1000));
  const late = card.stage_kind === 'open' && card.expected_close_on != null && card.expected_close_on < today();
  return (
    <>
      <div className={classes.client} dir="auto">{name ?? '…'}</div>
      <div className={classes.foot}>
        {card.amount != null && card.currency && <strong>{money(card.amount, card.currency)}</strong>}
        <span className={classes.marks}>
          {late && <Tooltip label={t('late', { day: day(card.expected_close_on ?? '') })}><span className={classes.late}><IconCalendarDue size={14} aria-hidden /><span className="tl-hidden">{t('late', { day: day(card.expected_close_on ?? '') })}</span></span></Tooltip>}
          {isStale(card, stage)
            ? <Tooltip label={t('stale.why', { days: stage.stale_after_days })}><span className={classes.stale}><IconClockExclamation size={14} aria-hidden />{rough(here)}<span className="tl-hidden">{t('stale')}</span></span></Tooltip>
            : <Tooltip label={t('here')}><span>{rough(here)}</span></Tooltip>}
          {owner && <Tooltip label={owner.name}><span className={classes.owner}><Initials name={owner.name} size={20} /><span className="tl-hidden">{owner.name}</span></span></Tooltip>}
        </span>
      </div>
    </>
  );
}

function today(): string {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}

/** What follows the pointer. */
export function CardGhost({ card, stage, name }: Pick<Props, 'card' | 'stage' | 'name'>) {
  return (
    <div className={classes.card} data-ghost>
      <div className={classes.open} dir="auto">{card.title}</div>
      <Inside card={card} stage={stage} name={name} />
    </div>
  );
}
