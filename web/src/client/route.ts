import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';

interface ClientSearch {
  /** The lead to point at. */
  lead?: string;
}

export const clientRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/contacts/$id',
  validateSearch: (search): ClientSearch => (typeof search.lead === 'string' ? { lead: search.lead } : {}),
  component: lazyRouteComponent(() => import('./ClientPage')),
});
