import { createRouter } from '@tanstack/react-router';
import { boardRoute } from '@/board/route';
import { clientRoute } from '@/client/route';
import { companyRoutes } from '@/companies/route';
import { contactsRoute } from '@/contacts/route';
import { duplicatesRoute } from '@/duplicates/route';
import { funnelRoute } from '@/funnel/route';
import { importRoutes } from '@/imports/route';
import { leadRoute, leadsRoute } from '@/leads/route';
import { segmentRoutes } from '@/segments/route';
import { settingsRoute } from '@/settings/route';
import { setupRoute } from '@/setup/route';
import { todayRoute } from '@/today/route';
import { rootRoute, shellRoute } from './roots';

const screens = [
  todayRoute, contactsRoute, clientRoute, ...companyRoutes, leadsRoute, leadRoute, boardRoute, funnelRoute, ...segmentRoutes, ...importRoutes, duplicatesRoute, settingsRoute,
];

export const router = createRouter({
  routeTree: rootRoute.addChildren([setupRoute, shellRoute.addChildren(screens)]),
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  scrollRestoration: true,
});

/** Reads the code of the screen that the address names while the session is still being asked for. */
export function readScreen() {
  for (const { routeId } of router.matchRoutes(router.latestLocation)) {
    const { component } = router.routesById[routeId as keyof typeof router.routesById].options;
    void (component as { preload?: () => Promise<unknown> } | undefined)?.preload?.().catch(() => undefined);
  }
}
