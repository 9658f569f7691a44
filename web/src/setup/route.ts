import { createRoute, redirect } from '@tanstack/react-router';
import { rootRoute } from '@/app/roots';

/** Whoever is logged in is past the set-up. */
export const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  beforeLoad: () => {
    throw redirect({ to: '/' });
  },
});
