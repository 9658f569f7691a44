import { createContext, useContext } from 'react';
import { api, take, type Schemas } from '@/api/client';
import type { Query } from './ask';

/** The leads behind a number. */
export interface Behind {
  title: string;
  /** The number itself, which the list must equal. */
  count: number;
  from: 'funnel' | 'sales';
  query: Query;
}

export const BehindContext = createContext<(behind: Behind) => void>(() => undefined);
export const useOpenBehind = () => useContext(BehindContext);

const PATHS = { funnel: '/api/v1/reports/funnel/leads', sales: '/api/v1/reports/sales/leads' } as const;

/** A page of these leads. The lists of reports always tell their total and take no `total`. */
export function readBehind({ from, query }: Behind) {
  return (page: Query | object, signal: AbortSignal): Promise<Schemas['Page_LeadRow']> => {
    const { total: _, ...rest } = page as Query;
    return take(api.GET(PATHS[from], { params: { query: { ...query, ...rest } as never }, signal }));
  };
}
