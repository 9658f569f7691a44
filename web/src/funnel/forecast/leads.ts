import type { Schemas } from '@/api/client';
import type { Query } from '../ask';

/** What the list of leads can be narrowed by, too. */
const SHARED = ['pipeline_id', 'owner_id', 'source', 'segment_id'];

/** The list of leads behind a month; `null` where the list cannot be narrowed as the forecast is. */
export function leadsOfMonth({ month, currency }: Schemas['ForecastMonth'], { tz: _, ...query }: Query): Query | null {
  if (!month || Object.keys(query).some((key) => !SHARED.includes(key))) return null;
  const [year = 0, number = 1] = month.split('-').map(Number);
  const next = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
  return { ...query, kind: 'open', currency, amount_min: '0', expected_close_from: month, expected_close_to: next };
}
