import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';
import { listSearch } from '@/ui/list/useListSearch';

export const leadsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/leads',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./LeadsPage')),
});

export const leadRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/leads/$id',
  component: lazyRouteComponent(() => import('./LeadPage')),
});
