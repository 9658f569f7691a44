import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '@/app/roots';
import { listSearch } from '@/ui/list/useListSearch';

export const contactsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/contacts',
  validateSearch: listSearch,
  component: lazyRouteComponent(() => import('./ContactsPage')),
});
