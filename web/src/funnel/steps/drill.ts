import type { Query } from '../ask';
import type { Funnel } from '../useReport';

/** What a list of leads is asked with, so that it holds the very ones that the report counted. */
export function drill(query: Query, report: Pick<Funnel, 'as_of'>, more: Query): Query {
  const { compare: _, format: __, ...rest } = query;
  return { ...rest, as_of: report.as_of, ...more };
}

/** The same of the period that the report is compared with. */
export function drillBefore(query: Query, compared: { from?: string | null | undefined; to: string; as_of: string }, more: Query): Query {
  return drill(query, compared, { ...(compared.from ? { from: compared.from } : {}), to: compared.to, ...more });
}
