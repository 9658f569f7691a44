import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';

export const companiesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/companies',
  component: lazyRouteComponent(() => import('./CompaniesPage')),
});
