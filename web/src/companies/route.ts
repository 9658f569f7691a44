import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';
import { listSearch } from '@/ui/list/useListSearch';

export const companiesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/companies',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./CompaniesPage')),
});
