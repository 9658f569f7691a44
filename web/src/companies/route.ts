import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';
import { listSearch } from '@/ui/list/useListSearch';

const companiesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/companies',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./CompaniesPage')),
});

const companyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/companies/$id',
  component: lazyRouteComponent(() => import('./record/CompanyPage')),
});

export const companyRoutes = [companiesRoute, companyRoute] as const;
