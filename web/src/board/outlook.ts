import type { Schemas } from '@/api/client';

interface Sum {
  currency: string;
  leads: number;
  amount: number;
  weighted: number;
  history: number | null;
}

export interface Outlook {
  /** `before` this month, a month's number, or `none`: without an expected close. */
  key: string;
  month: string | null;
  sums: Sum[];
}

const AHEAD = 3;

function monthFrom(now: Date, ahead: number): string {
  const date = new Date(now.getFullYear(), now.getMonth() + ahead, 1);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-01`;
}

function sum(rows: readonly Schemas['ForecastMonth'][]): Sum[] {
  const sums = new Map<string, Sum>();
  for (const { currency, leads, amount, weighted, weighted_by_history: history } of rows) {
    const before = sums.get(currency) ?? { currency, leads: 0, amount: 0, weighted: 0, history: 0 };
    sums.set(currency, {
      currency, leads: before.leads + leads, amount: before.amount + amount, weighted: before.weighted + weighted,
      history: before.history === null || history == null ? null : before.history + history,
    });
  }
  return [...sums.values()].sort((a, b) => b.leads - a.leads);
}

/** The forecast in few parts: overdue, this month, the next ones, and without a date. Parts without anything stay out, but this month. */
export function outlook(months: readonly Schemas['ForecastMonth'][], now = new Date()): Outlook[] {
  const current = monthFrom(now, 0);
  const parts: Outlook[] = [
    { key: 'before', month: null, sums: sum(months.filter(({ month }) => month != null && month < current)) },
    ...Array.from({ length: AHEAD }, (_, ahead) => monthFrom(now, ahead)).map((month, ahead) => ({ key: String(ahead), month, sums: sum(months.filter((row) => row.month === month)) })),
    { key: 'later', month: null, sums: sum(months.filter(({ month }) => month != null && month >= monthFrom(now, AHEAD))) },
    { key: 'none', month: null, sums: sum(months.filter(({ month }) => month == null)) },
  ];
  return months.length === 0 ? [] : parts.filter(({ month, sums }) => month !== null || sums.length > 0);
}
