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

const make = () => createRouter({
  routeTree: rootRoute.addChildren([setupRoute, shellRoute.addChildren(screens)]),
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  scrollRestoration: true,
});
let made: ReturnType<typeof make> | undefined;

/** Made when it is first asked for: that takes a while, in which the browser shall not be busy with all the rest, too. */
export const router = () => (made ??= make());

/** Reads the code of the screen that the address names while the session is still being asked for. */
export function readScreen() {
  const made = router();
  for (const { routeId } of made.matchRoutes(made.latestLocation)) {
    const { component } = made.routesById[routeId as keyof typeof made.routesById].options;
    void (component as { preload?: () => Promise<unknown> } | undefined)?.preload?.().catch(() => undefined);
  }
}
