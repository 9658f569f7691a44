import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { useEffect, useRef, useState } from 'react';

interface Options {
  /** Rows of one list; others cannot be dropped here. */
  list: string;
  index: number;
  /** Puts the row of the first place at the second. */
  move: (from: number, to: number) => void;
}

/** Makes a row one that can be dragged by its handle to another place of its list. */
export function useSortable({ list, index, move }: Options) {
  const row = useRef<HTMLLIElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  const [over, setOver] = useState<'above' | 'below' | null>(null);
  const latest = useRef(move);
  latest.current = move;
  useEffect(() => {
    const element = row.current;
    if (!element || !handle.current) return;
    return combine(
      draggable({ element, dragHandle: handle.current, getInitialData: () => ({ list, index }) }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.list === list,
        onDragEnter: ({ source }) => setOver(source.data.index === index ? null : Number(source.data.index) < index ? 'below' : 'above'),
        onDragLeave: () => setOver(null),
        onDrop: ({ source }) => {
          setOver(null);
          if (source.data.index !== index) latest.current(Number(source.data.index), index);
        },
      }),
    );
  }, [list, index]);
  return { row, handle, over };
}

/** The list with one row put elsewhere. */
export function moved<T>(rows: readonly T[], from: number, to: number): T[] {
  const next = [...rows];
  const [row] = next.splice(from, 1);
  if (row !== undefined) next.splice(to, 0, row);
  return next;
}
