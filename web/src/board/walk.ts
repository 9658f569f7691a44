import type { KeyboardEvent } from 'react';

const cardsOf = (column: Element) => [...column.querySelectorAll<HTMLElement>('[data-card]')];

/** Arrows go from card to card: up and down within a column, left and right to the next one that has any. */
export function walk(event: KeyboardEvent) {
  const target = event.target as HTMLElement;
  const column = target.closest('[data-column]');
  if (!column || !target.matches('[data-card]') || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const own = cardsOf(column);
  const at = own.indexOf(target);
  const ways: Record<string, () => HTMLElement | undefined> = {
    ArrowDown: () => own[at + 1], ArrowUp: () => own[at - 1], ArrowRight: () => beside(column, 1, at), ArrowLeft: () => beside(column, -1, at),
  };
  const next = ways[event.key]?.();
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function beside(column: Element, step: 1 | -1, at: number): HTMLElement | undefined {
  const columns = [...document.querySelectorAll('[data-column]')];
  for (let index = columns.indexOf(column) + step; columns[index]; index += step) {
    const cards = cardsOf(columns[index] as Element);
    if (cards.length > 0) return cards[Math.min(at, cards.length - 1)];
  }
  return undefined;
}
