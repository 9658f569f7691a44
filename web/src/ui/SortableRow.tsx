import { ActionIcon } from '@mantine/core';
import {
  closestCenter, DndContext, type DragEndEvent, type Modifier, MouseSensor, TouchSensor, useDraggable, useDroppable, useSensor, useSensors,
} from '@dnd-kit/core';
import { IconGripVertical } from '@tabler/icons-react';
import { type ComponentProps, createContext, type KeyboardEvent, type ReactNode, useContext, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { RowItem, Rows } from './Rows';

type Move = (from: number, to: number) => void;

const MoveContext = createContext<Move>(() => undefined);
const upAndDown: Modifier = ({ transform }) => ({ ...transform, x: 0 });
// The handle's name tells a screen reader the place, and changes with it: what dnd-kit would say besides is English.
const SILENT = { announcements: { onDragStart: () => undefined, onDragOver: () => undefined, onDragEnd: () => undefined, onDragCancel: () => undefined }, screenReaderInstructions: { draggable: '' } };

interface RowsProps {
  label: string;
  /** Puts the row of the first place at the second. */
  move: Move;
  children: ReactNode;
}

/** Rows whose order can be changed: `SortableRow`s, and such as stay where they are. */
export function SortableRows({ label, move, children }: RowsProps) {
  const sensors = useSensors(useSensor(MouseSensor, { activationConstraint: { distance: 3 } }), useSensor(TouchSensor));
  function dropped({ active, over }: DragEndEvent) {
    const [from, to] = [placeOf(active.data), over && placeOf(over.data)];
    if (to != null && from !== to) move(from, to);
  }
  return (
    <MoveContext value={move}>
      <DndContext sensors={sensors} collisionDetection={closestCenter} modifiers={[upAndDown]} onDragEnd={dropped} accessibility={SILENT}>
        <Rows label={label}>{children}</Rows>
      </DndContext>
    </MoveContext>
  );
}

const placeOf = (data: DragEndEvent['active']['data']) => (data.current as { index: number }).index;

interface Props extends Omit<ComponentProps<typeof RowItem>, 'lead' | 'over' | 'shift' | 'ref'> {
  index: number;
  count: number;
  /** For the handle's name. */
  name: string;
}

/** A row that is dragged by its handle, or moved with the arrow keys while the handle has the focus. */
export function SortableRow({ index, count, name, ...row }: Props) {
  const { t } = useTranslation('ui');
  const move = useContext(MoveContext);
  const { listeners, setNodeRef, setActivatorNodeRef, handle, shift, over } = useSorting(index);
  function key(event: KeyboardEvent) {
    const to = { ArrowUp: index - 1, ArrowDown: index + 1 }[event.key];
    if (to === undefined || to < 0 || to >= count) return;
    event.preventDefault();
    event.stopPropagation();
    move(index, to);
  }
  return (
    <RowItem {...row} ref={setNodeRef} over={over} shift={shift} lead={(
      <ActionIcon ref={setActivatorNodeRef} size="sm" style={handle} aria-label={t('sort.handle', { name, place: index + 1, count })} {...listeners} onKeyDown={key}>
        <IconGripVertical size={15} />
      </ActionIcon>
    )} />
  );
}

function useSorting(index: number) {
  const id = useId();
  const drag = useDraggable({ id, data: { index } });
  const drop = useDroppable({ id, data: { index } });
  const from = drag.active ? placeOf(drag.active.data) : index;
  return {
    listeners: drag.listeners,
    setActivatorNodeRef: drag.setActivatorNodeRef,
    setNodeRef: (element: HTMLElement | null) => { drag.setNodeRef(element); drop.setNodeRef(element); },
    handle: { cursor: drag.isDragging ? 'grabbing' : 'grab', touchAction: 'none' } as const,
    shift: drag.transform?.y ?? null,
    over: !drop.isOver || from === index ? null : from < index ? 'below' as const : 'above' as const,
  };
}

/** The list with one row put elsewhere. */
export function moved<T>(rows: readonly T[], from: number, to: number): T[] {
  const next = [...rows];
  const [row] = next.splice(from, 1);
  if (row !== undefined) next.splice(to, 0, row);
  return next;
}
