import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { saying } from '@/app/i18n';
import { shellRoute } from '@/app/roots';

export const duplicatesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/duplicates',
  component: lazyRouteComponent(saying('duplicates', () => import('./DuplicatesPage'))),
});
