import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';

export const segmentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/segments',
  component: lazyRouteComponent(() => import('./SegmentsPage')),
});
