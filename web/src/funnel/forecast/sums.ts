import type { Schemas } from '@/api/client';
import type { Query } from '../ask';

export type Month = Schemas['ForecastMonth'];
export type Total = Pick<Month, 'leads' | 'amount' | 'weighted'> & { weighted_by_history: number | null };

/** What all months of one currency bring. History says nothing where it is silent on one of them. */
export function totalOf(months: readonly Month[]): Total {
  const none: Total = { leads: 0, amount: 0, weighted: 0, weighted_by_history: 0 };
  return months.reduce(({ leads, amount, weighted, weighted_by_history: history }, row) => ({
    leads: leads + row.leads, amount: amount + row.amount, weighted: weighted + row.weighted,
    weighted_by_history: history === null || row.weighted_by_history == null ? null : history + row.weighted_by_history,
  }), none);
}

/** The currencies of a forecast, that of most leads first. */
export function currenciesOf(months: readonly Month[]): string[] {
  const leads = new Map<string, number>();
  for (const row of months) leads.set(row.currency, (leads.get(row.currency) ?? 0) + row.leads);
  return [...leads].sort(([, a], [, b]) => b - a).map(([currency]) => currency);
}

interface Days {
  as_of: string;
  close_from?: string | null;
  close_to?: string | null;
}

/** What the leads of a forecast are asked with, or of that which it is compared with. */
export function expected({ compare: _, close_from: __, close_to: ___, ...query }: Query, days: Days, more: Query): Query {
  return { ...query, as_of: days.as_of, ...(days.close_from ? { close_from: days.close_from } : {}), ...(days.close_to ? { close_to: days.close_to } : {}), ...more };
}

/** What the leads are asked with whose course tells how likely others are won; they have nothing to do with expected closes. */
export function history(query: Query, report: Pick<Days, 'as_of'>, more: Query): Query {
  return expected(query, { as_of: report.as_of }, more);
}
