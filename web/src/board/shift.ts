import type { Schemas } from '@/api/client';

type Board = Schemas['Board'];
type Column = Schemas['Column'];
export type Card = Schemas['LeadRow'];

const DAY_MS = 86_400_000;

export function isStale(card: Card, stage: Schemas['Stage'], now = Date.now()): boolean {
  return stage.stale_after_days != null && now - Date.parse(card.stage_entered_at) > stage.stale_after_days * DAY_MS;
}

function worth(totals: Column['totals'], card: Card, sign: 1 | -1): Column['totals'] {
  const { amount, currency } = card;
  if (amount == null || !currency) return totals;
  const found = totals.some((total) => total.currency === currency);
  const all = found ? totals : [...totals, { currency, amount: 0 }];
  return all.map((total) => (total.currency === currency ? { currency, amount: total.amount + sign * amount } : total)).filter((total) => found || total.amount !== 0);
}

function without(column: Column, card: Card): Column {
  return {
    ...column, count: column.count - 1, totals: worth(column.totals, card, -1), stale: column.stale - (isStale(card, column.stage) ? 1 : 0),
    leads: { ...column.leads, items: column.leads.items.filter(({ id }) => id !== card.id) },
  };
}

function withCard(column: Column, card: Card, at: string): Column {
  const moved = { ...card, stage_id: column.stage.id, stage_kind: column.stage.kind, stage_entered_at: at };
  return { ...column, count: column.count + 1, totals: worth(column.totals, card, 1), leads: { ...column.leads, items: [moved, ...column.leads.items] } };
}

/** The board as it will be once the lead has moved: what is shown until the server has answered. */
export function shift(board: Board, card: Card, stage: string, at = new Date().toISOString()): Board {
  return {
    ...board,
    columns: board.columns.map((column) => {
      if (column.stage.id === card.stage_id) return without(column, card);
      return column.stage.id === stage ? withCard(column, card, at) : column;
    }),
  };
}
