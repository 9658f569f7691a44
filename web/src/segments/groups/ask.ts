import { nextDay } from '@/ui/days';

/** What groups can be narrowed by; the names are the API's. */
export const RFM_FILTERS = ['owner_id', 'team_id', 'segment_id'] as const;

/** What was kept of them, and when. */
const KEPT = ['snapshot', 'kept'] as const;

/** What the address says of groups: as of the end of which day, and of whom. */
export type RfmSearch = { [K in 'as_of' | typeof RFM_FILTERS[number] | typeof KEPT[number]]?: string | undefined };

export function readRfm(search: Record<string, unknown>): RfmSearch {
  const day = typeof search.as_of === 'string' && /^\d{4}-\d\d-\d\d$/.test(search.as_of) ? { as_of: search.as_of } : {};
  return { ...day, ...Object.fromEntries([...RFM_FILTERS, ...KEPT].flatMap((key) => (typeof search[key] === 'string' && search[key] ? [[key, search[key]]] : []))) };
}

/** What the API is asked. It takes the first instant whose facts no longer count. */
export function rfmQuery({ as_of: day, snapshot: _, kept: __, ...who }: RfmSearch): Record<string, string> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { ...(day ? { as_of: nextDay(day), tz: zone } : {}), ...who } as Record<string, string>;
}
