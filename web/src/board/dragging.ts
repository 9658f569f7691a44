import {
  type Announcements, type CollisionDetection, KeyboardSensor, type KeyboardCoordinateGetter, MouseSensor, type ScreenReaderInstructions, TouchSensor, useSensor, useSensors,
} from '@dnd-kit/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';

/** How far from a column's side the pointer still means that column. */
const NEAR_PX = 24;

/** The column under the pointer, or under the middle of a card that is moved by keys. */
export const columnUnder: CollisionDetection = ({ droppableContainers, droppableRects, collisionRect, pointerCoordinates }) => {
  const x = pointerCoordinates?.x ?? collisionRect.left + collisionRect.width / 2;
  const near = droppableContainers.flatMap((container) => {
    const rect = droppableRects.get(container.id);
    return rect ? [{ id: container.id, away: Math.max(rect.left - x, x - rect.right, 0) }] : [];
  }).sort((a, b) => a.away - b.away)[0];
  if (!near || (pointerCoordinates && near.away > NEAR_PX)) return [];
  return [{ id: near.id }];
};

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

/** Left and right go a column on; within a column the order is that of time, so up and down do nothing. */
const byColumn: KeyboardCoordinateGetter = (event, { currentCoordinates, context }) => {
  const step = STEPS[event.code];
  if (step === undefined) return event.code.startsWith('Arrow') ? currentCoordinates : undefined;
  event.preventDefault();
  const columns = context.droppableContainers.getEnabled()
    .flatMap(({ id }) => { const rect = context.droppableRects.get(id); return rect ? [{ id, rect }] : []; })
    .sort((a, b) => a.rect.left - b.rect.left);
  const here = columns.findIndex(({ id }) => id === context.over?.id);
  const next = columns[here + step];
  const width = context.collisionRect?.width ?? 0;
  return next ? { x: next.rect.left + (next.rect.width - width) / 2, y: currentCoordinates.y } : currentCoordinates;
};

const KEYS = { start: ['Space'], cancel: ['Escape'], end: ['Space', 'Enter'] };

export function useCardSensors() {
  return useSensors(
    useSensor(MouseSensor, { activationConstraint: { distance: 5 } }),
    // A finger that moves at once scrolls.
    useSensor(TouchSensor, { activationConstraint: { delay: 220, tolerance: 8 } }),
    useSensor(KeyboardSensor, { coordinateGetter: byColumn, keyboardCodes: KEYS }),
  );
}

/** What a screen reader says while a card is moved. */
export function useSaid(columns: readonly Schemas['Column'][]) {
  const { t } = useTranslation('board');
  return useMemo(() => {
    const stage = (id: unknown) => columns.find((column) => column.stage.id === id)?.stage.name ?? '';
    const title = (id: unknown) => columns.flatMap(({ leads }) => leads.items).find((card) => card.id === id)?.title ?? '';
    const announcements: Announcements = {
      onDragStart: ({ active }) => t('said.start', { title: title(active.id) }),
      onDragOver: ({ active, over }) => (over ? t('said.over', { title: title(active.id), stage: stage(over.id) }) : t('said.nowhere', { title: title(active.id) })),
      onDragEnd: ({ active, over }) => (over ? t('said.end', { title: title(active.id), stage: stage(over.id) }) : t('said.cancel', { title: title(active.id) })),
      onDragCancel: ({ active }) => t('said.cancel', { title: title(active.id) }),
    };
    const screenReaderInstructions: ScreenReaderInstructions = { draggable: t('said.how') };
    return { announcements, screenReaderInstructions };
  }, [columns, t]);
}
