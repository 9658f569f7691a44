import { ActionIcon, Button } from '@mantine/core';
import { useDroppable } from '@dnd-kit/core';
import { useDisclosure } from '@mantine/hooks';
import { IconClockExclamation, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import classes from './Board.module.css';
import { LeadCard } from './Card';
import { QuickAdd } from './QuickAdd';
import type { Card } from './shift';

interface Props {
  column: Schemas['Column'];
  stages: readonly Schemas['Stage'][];
  days: number;
  open: (id: string) => void;
  move: (card: Card, stage: string) => void;
  /** Shows more cards; `null` where as many are shown as can be. */
  more: (() => void) | null;
}

export function BoardColumn({ column, stages, days, open, move, more }: Props) {
  const { t } = useTranslation('board');
  const { number } = useFormat();
  const { stage, count, leads } = column;
  const { setNodeRef, isOver } = useDroppable({ id: stage.id, disabled: stages.length === 0 || stage.archived_at != null });
  const [adding, { toggle, close }] = useDisclosure();
  const hidden = count - leads.items.length;
  return (
    <section ref={setNodeRef} className={classes.column} data-column data-over={isOver || undefined} data-kind={stage.kind} aria-labelledby={`stage-${stage.id}`}>
      <header className={classes.head}>
        <div className={classes.name}>
          <h2 id={`stage-${stage.id}`} className="tl-cut">{stage.name}</h2>
          <span className={classes.count}>{number(count)}</span>
          {stage.kind === 'open' && stages.length > 0 && !stage.archived_at && (
            <ActionIcon size={24} ml="auto" aria-label={t('add.to', { stage: stage.name })} aria-expanded={adding} onClick={toggle}><IconPlus size={16} /></ActionIcon>
          )}
        </div>
        <Sums column={column} days={days} />
      </header>
      <div className={classes.scroll} tabIndex={-1}>
        {adding && <QuickAdd stage={stage} close={close} open={open} />}
        <ul className={classes.cards}>
          {leads.items.map((card) => <LeadCard key={card.id} card={card} stage={stage} name={card.contact_name ?? undefined} stages={stages} open={open} move={move} />)}
        </ul>
        {count === 0 && !adding && <p className={classes.none}>{t(stages.length > 0 ? 'column.drop' : 'column.none')}</p>}
        {hidden > 0 && (more
          ? <Button variant="subtle" color="gray" fullWidth onClick={more}>{t('more', { count: hidden })}</Button>
          : <Link to="/leads" search={{ stage_id: stage.id }} className={classes.all}>{t('all', { count })}</Link>)}
      </div>
    </section>
  );
}

function Sums({ column: { stage, totals, stale }, days }: { column: Schemas['Column']; days: number }) {
  const { t } = useTranslation('board');
  const { money } = useFormat();
  return (
    <div className={classes.sums}>
      {totals.length === 0 && <span>—</span>}
      {totals.map(({ currency, amount }) => <span key={currency} className="tl-num" title={money(amount, currency)}>{money(amount, currency, totals.length > 1)}</span>)}
      {stale > 0 && <span className={classes.stale}><IconClockExclamation size={13} aria-hidden />{t('stale.count', { count: stale })}</span>}
      {stage.kind !== 'open' && <span className={classes.soft}>{t('days', { count: days })}</span>}
    </div>
  );
}
