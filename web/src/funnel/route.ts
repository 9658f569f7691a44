import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { saying } from '@/app/i18n';
import { shellRoute } from '@/app/roots';
import { listSearch } from '@/ui/list/useListSearch';

export const funnelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/funnel',
  // What is asked stands in the address, with the API's own names where it has any.
  validateSearch: listSearch,
  component: lazyRouteComponent(saying('funnel', () => import('./FunnelPage'))),
});
