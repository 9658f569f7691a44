import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { saying } from '@/app/i18n';
import { shellRoute } from '@/app/roots';
import { readRfm, type RfmSearch } from './groups/ask';
import { RFM_GROUPS, type RfmGroup } from './rfm';

const segmentsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/segments',
  validateSearch: (search): { tab?: 'rfm' } & RfmSearch => (search.tab === 'rfm' ? { tab: 'rfm', ...readRfm(search) } : {}),
  component: lazyRouteComponent(saying('segments', () => import('./SegmentsPage'))),
});

const newRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/segments/new',
  validateSearch: (search): { rfm?: RfmGroup } => (RFM_GROUPS.includes(search.rfm as RfmGroup) ? { rfm: search.rfm as RfmGroup } : {}),
  component: lazyRouteComponent(saying('segments', () => import('./build/BuildPage')), 'NewSegmentPage'),
});

const segmentRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/segments/$id',
  component: lazyRouteComponent(saying('segments', () => import('./page/SegmentPage'))),
});

const ruleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/segments/$id/rule',
  component: lazyRouteComponent(saying('segments', () => import('./build/BuildPage')), 'EditSegmentPage'),
});

export const segmentRoutes = [segmentsRoute, newRoute, segmentRoute, ruleRoute] as const;
