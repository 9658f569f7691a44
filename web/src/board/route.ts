import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';

export interface BoardSearch {
  pipeline?: string;
  /** Somebody's id; everybody's leads where absent. */
  owner?: string;
  /** The lead that is open beside the board. */
  lead?: string;
  /** How many days back won and lost leads go. */
  days?: number;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

export function boardSearch(search: Record<string, unknown>): BoardSearch {
  const days = Number(search.days);
  const said = { pipeline: text(search.pipeline), owner: text(search.owner), lead: text(search.lead), days: [7, 90, 365].includes(days) ? days : undefined };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

export const boardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/board',
  validateSearch: boardSearch,
  component: lazyRouteComponent(() => import('./BoardPage')),
});
