import { useEffect, useRef, useState } from 'react';
import { isTyping } from '@/app/useGoKeys';

interface Keys<T> {
  rows: readonly T[];
  open: (row: T) => void;
  toggle?: (id: string) => void;
  dismiss?: (row: T) => void;
  show: (index: number) => void;
}

/** `j`/`k` or arrows walk, Enter opens, `x` chooses, `e` puts aside. Says which row is walked on; none at first. */
export function useRowKeys<T extends { id: string }>(keys: Keys<T>): number {
  const [active, setActive] = useState(-1);
  const now = useRef({ ...keys, active });
  now.current = { ...keys, active };
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      const typing = isTyping(event) && !(event.target instanceof HTMLInputElement && event.target.type === 'checkbox');
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      const { rows, active, open, toggle, dismiss, show } = now.current;
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      const row = rows[active];
      if (step) {
        const next = Math.max(0, Math.min(rows.length - 1, active + step));
        setActive(next);
        show(next);
      } else if (event.key === 'Enter' && row && !(event.target as HTMLElement).closest('a, button')) open(row);
      else if (event.key === 'x' && row) toggle?.(row.id);
      else if (event.key === 'e' && row) dismiss?.(row);
      else return;
      event.preventDefault();
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
  return active;
}
