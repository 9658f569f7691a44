import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { saying } from '@/app/i18n';
import { shellRoute } from '@/app/roots';

const importsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/imports',
  component: lazyRouteComponent(saying('imports', () => import('./ImportsPage'))),
});

const importRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/imports/$id',
  component: lazyRouteComponent(saying('imports', () => import('./ImportPage'))),
});

export const importRoutes = [importsRoute, importRoute] as const;
