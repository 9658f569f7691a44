import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';

export const boardRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/board',
  component: lazyRouteComponent(() => import('./BoardPage')),
});
