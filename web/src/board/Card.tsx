import { ActionIcon, Menu } from '@mantine/core';
import { useDraggable } from '@dnd-kit/core';
import { IconCalendarDue, IconClockExclamation, IconDots } from '@tabler/icons-react';
import { type KeyboardEvent, memo, useState } from 'react';
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

/** Moves with the pointer. Every step of a drag draws all of these anew, so what is in them is drawn apart. */
export const LeadCard = memo(function LeadCard(props: Props) {
  const { card, stage, stages } = props;
  const fixed = stages.length === 0;
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, isDragging } = useDraggable({ id: card.id, disabled: fixed });
  function pressed(event: KeyboardEvent) {
    listeners?.onKeyDown?.(event);
    if (!isDragging && !event.defaultPrevented) walk(event);
  }
  return (
    <li ref={setNodeRef} className={classes.card} data-dragged={isDragging || undefined} data-stale={isStale(card, stage) || undefined} {...listeners} onKeyDown={pressed}>
      <Face {...props} grip={setActivatorNodeRef} how={fixed ? undefined : attributes['aria-describedby']} />
    </li>
  );
});

interface FaceProps extends Props {
  /** What is held to move the card, and what says how. */
  grip: (element: HTMLElement | null) => void;
  how: string | undefined;
}

const Face = memo(function Face({ card, stage, name, stages, open, move, grip, how }: FaceProps) {
  const { t } = useTranslation('board');
  return (
    <>
      <button type="button" ref={grip} className={classes.open} onClick={() => open(card.id)} data-card={card.id} dir="auto"
        aria-describedby={how} aria-roledescription={how && t('card')}>{card.title}</button>
      <Inside card={card} stage={stage} name={name} />
      {stages.length > 0 && <Ways card={card} stages={stages} move={move} />}
    </>
  );
});

/** Another way to move a card. The menu is made only once it is wanted: there are many cards. */
function Ways({ card, stages, move }: Pick<Props, 'card' | 'stages' | 'move'>) {
  const { t } = useTranslation('board');
  const [wanted, setWanted] = useState(false);
  const dots = (
    <ActionIcon className={classes.dots} size={24} aria-label={t('move.of', { title: card.title })} aria-haspopup="menu" onMouseDown={(event) => event.stopPropagation()}
      onClick={() => setWanted(true)}><IconDots size={15} /></ActionIcon>
  );
  if (!wanted) return dots;
  return (
    <Menu defaultOpened position="bottom-end" width={200} withinPortal>
      <Menu.Target>{dots}</Menu.Target>
      <Menu.Dropdown onMouseDown={(event) => event.stopPropagation()} onKeyDown={(event) => event.stopPropagation()}>
        <Menu.Label>{t('move')}</Menu.Label>
        {stages.filter(({ id }) => id !== card.stage_id).map(({ id, name }) => <Menu.Item key={id} onClick={() => move(card, id)}>{name}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}

function Inside({ card, stage, name }: Pick<Props, 'card' | 'stage' | 'name'>) {
  const { t } = useTranslation('board');
  const { money, rough, day } = useFormat();
  const owner = useUsers().byId.get(card.owner_id ?? '');
  const here = Math.max(0, Math.floor((Date.now() - Date.parse(card.stage_entered_at)) / 1000));
  const late = card.stage_kind === 'open' && card.expected_close_on != null && card.expected_close_on < today() ? t('late', { day: day(card.expected_close_on) }) : null;
  return (
    <>
      <div className={classes.client} dir="auto">{name ?? '…'}</div>
      <div className={classes.foot}>
        {card.amount != null && card.currency && <strong>{money(card.amount, card.currency)}</strong>}
        <span className={classes.marks}>
          {late && <span className={classes.late} title={late}><IconCalendarDue size={14} aria-hidden /><span className="tl-hidden">{late}</span></span>}
          {isStale(card, stage)
            ? <span className={classes.stale} title={t('stale.why', { days: stage.stale_after_days })}><IconClockExclamation size={14} aria-hidden />{rough(here)}<span className="tl-hidden">{t('stale')}</span></span>
            : <span title={t('here')}>{rough(here)}</span>}
          {owner && <span className={classes.owner} title={owner.name}><Initials name={owner.name} size={20} /><span className="tl-hidden">{owner.name}</span></span>}
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
