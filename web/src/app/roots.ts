import { createRootRoute, createRoute } from '@tanstack/react-router';
import { ErrorState } from '@/ui/ErrorState';
import { Shell } from './Shell';
import { NotFound } from './NotFound';

export const rootRoute = createRootRoute({ notFoundComponent: NotFound });

/** Everything with the navigation around it. A screen's route has this as its parent. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: Shell,
  errorComponent: ErrorState,
  notFoundComponent: NotFound,
});
