import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { saying } from '@/app/i18n';
import { shellRoute } from '@/app/roots';
import { listSearch } from '@/ui/list/useListSearch';

const layout = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  validateSearch: listSearch,
  component: lazyRouteComponent(saying('settings', () => import('./SettingsLayout'))),
});

type Page = Parameters<typeof lazyRouteComponent>[0];
const page = (path: string, load: Page) => createRoute({ getParentRoute: () => layout, path, component: lazyRouteComponent(load) });

export const settingsRoute = layout.addChildren([
  page('/', () => import('./Overview')),
  page('/account', () => import('./account/AccountPage')),
  page('/appearance', () => import('./account/AppearancePage')),
  page('/pipelines', () => import('./sales/PipelinesPage')),
  page('/lost-reasons', () => import('./sales/LostReasonsPage')),
  page('/fields', () => import('./sales/FieldsPage')),
  page('/users', () => import('./people/UsersPage')),
  page('/teams', () => import('./people/TeamsPage')),
  page('/roles', () => import('./people/RolesPage')),
  page('/websites', () => import('./sources/WebsitesPage')),
  page('/refused', () => import('./sources/RefusedPage')),
  page('/identity', () => import('./sources/IdentityPage')),
  page('/channels', () => import('./channels/ChannelsPage')),
  page('/decide', () => import('./decide/DecidePage')),
  page('/api-keys', () => import('./keys/KeysPage')),
  page('/webhooks', () => import('./webhooks/WebhooksPage')),
  page('/webhooks/$id', () => import('./webhooks/WebhookPage')),
  page('/audit', () => import('./audit/AuditPage')),
  page('/sample', () => import('./sample/SamplePage')),
]);
