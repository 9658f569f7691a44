import { DndContext, DragOverlay, type DragEndEvent } from '@dnd-kit/core';
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Schemas } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { LostDialog } from '@/leads/LostDialog';
import classes from './Board.module.css';
import { CardGhost } from './Card';
import { BoardColumn } from './Column';
import { columnUnder, useCardSensors, useSaid } from './dragging';
import type { Card } from './shift';
import type { useBoard } from './useBoard';

interface Props extends Pick<ReturnType<typeof useBoard>, 'cards' | 'move' | 'more'> {
  board: Schemas['Board'];
  days: number;
  open: (id: string) => void;
}

const NOWHERE: Schemas['Stage'][] = [];

export function Columns({ board, cards, move, more, days, open }: Props) {
  const { columns } = board;
  const mayWrite = useMay('leads:write');
  const stages = useMemo(() => (mayWrite ? columns.map(({ stage }) => stage).filter(({ archived_at }) => !archived_at) : NOWHERE), [columns, mayWrite]);
  const [dragged, setDragged] = useState<string | null>(null);
  const [losing, setLosing] = useState<{ card: Card; stage: string } | null>(null);
  const follow = useFollow();
  const go = useCallback((card: Card, stage: string) => {
    follow(card.id);
    if (stages.find(({ id }) => id === stage)?.kind === 'lost') setLosing({ card, stage });
    else void move(card, { stage_id: stage });
  }, [stages, move, follow]);
  function dropped({ active, over }: DragEndEvent) {
    setDragged(null);
    const card = cards.find(({ id }) => id === active.id);
    if (card && over && over.id !== card.stage_id) go(card, String(over.id));
  }
  const ghost = cards.find(({ id }) => id === dragged);
  const ghostStage = columns.find(({ stage }) => stage.id === ghost?.stage_id)?.stage;
  return (
    <DndContext sensors={useCardSensors()} collisionDetection={columnUnder} accessibility={{ ...useSaid(columns), restoreFocus: false }}
      onDragStart={({ active }) => setDragged(String(active.id))} onDragCancel={() => setDragged(null)} onDragEnd={dropped}>
      <div className={classes.board} data-dragging={dragged !== null || undefined}>
        {columns.map((column) => (
          <BoardColumn key={column.stage.id} column={column} stages={stages} days={days} open={open} move={go} more={more} />
        ))}
      </div>
      <DragOverlay dropAnimation={null}>
        {ghost && ghostStage && <CardGhost card={ghost} stage={ghostStage} name={ghost.contact_name ?? undefined} />}
      </DragOverlay>
      {losing && <LostDialog close={() => setLosing(null)} lose={(reason) => move(losing.card, { stage_id: losing.stage, ...reason })} />}
    </DndContext>
  );
}

/** A card that goes to another column is drawn anew there: whoever moved it by keys goes along. */
function useFollow() {
  const followed = useRef<string | null>(null);
  useLayoutEffect(() => {
    const card = followed.current && document.querySelector<HTMLElement>(`[data-card="${followed.current}"]`);
    if (!card || (document.activeElement && document.activeElement !== document.body)) return;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  return useCallback((id: string) => {
    followed.current = id;
    setTimeout(() => { followed.current = null; }, 1000);
  }, []);
}
