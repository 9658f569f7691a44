import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';

export const funnelRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/funnel',
  component: lazyRouteComponent(() => import('./FunnelPage')),
});
