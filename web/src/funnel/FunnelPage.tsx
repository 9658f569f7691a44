import { Tabs } from '@mantine/core';
import { IconChartFunnel } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense, useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePipelines } from '@/app/lookups';
import { EmptyState } from '@/ui/EmptyState';
import type { ListSearch } from '@/ui/list/useListSearch';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { type Query, readAsk, type Tab, TABS } from './ask';
import { type Behind, BehindContext } from './behind';
import { BehindDrawer } from './BehindDrawer';
import { Cohort } from './Cohort';
import { Kept } from './saved/Kept';
import { SavedMenu } from './saved/SavedMenu';
import FunnelTab, { type TabProps } from './steps/FunnelTab';

const route = getRouteApi('/shell/funnel');

/** Only the funnel comes with the page; charts are heavy. */
const CONTENT: Record<Tab, ComponentType<TabProps>> = {
  funnel: FunnelTab,
  journey: lazy(() => import('./journey/JourneyTab')),
  channels: lazy(() => import('./channels/ChannelsTab')),
  times: lazy(() => import('./times/TimesTab')),
  sales: lazy(() => import('./sales/SalesTab')),
  forecast: lazy(() => import('./forecast/ForecastTab')),
  team: lazy(() => import('./team/TeamTab')),
};

export default function FunnelPage() {
  const { t } = useTranslation('funnel');
  const search: ListSearch = route.useSearch();
  const navigate = useNavigate();
  const { list, ready } = usePipelines();
  const first = list.find(({ archived_at }) => !archived_at)?.id ?? '';
  const ask = useMemo(() => readAsk(search, first), [search, first]);
  const [behind, setBehind] = useState<Behind | null>(null);
  const go = useCallback((next: ListSearch, replace = true) => void navigate({ to: next.tab === 'rfm' ? '/segments' : '/funnel', search: next as never, replace }), [navigate]);
  // Whatever is asked otherwise is no longer what was saved or kept.
  const set = useCallback((changes: Query) => {
    const { snapshot: _, report: __, ...kept } = search;
    go(Object.fromEntries(Object.entries({ ...kept, ...changes }).filter(([, value]) => value)));
  }, [search, go]);
  const Content = CONTENT[ask.tab];
  return (
    <Page>
      <PageHeader title={t('title')}><SavedMenu ask={ask} search={search} go={go} /></PageHeader>
      {ready && !ask.pipeline ? <EmptyState icon={IconChartFunnel} title={t('no.pipeline')} text={t('no.pipeline.text')} /> : (
        <BehindContext value={setBehind}>
          <Cohort ask={ask} set={set} />
          {search.snapshot && <Kept at={search.kept} leave={() => set({})} />}
          <Tabs value={ask.tab} onChange={(tab) => set({ tab: tab ?? 'funnel' })} keepMounted={false}>
            <Tabs.List mb="md" className="tl-tabs">{TABS.map((tab) => <Tabs.Tab key={tab} value={tab} fz="sm">{t(`tab.${tab}`)}</Tabs.Tab>)}</Tabs.List>
            <Tabs.Panel value={ask.tab}><Suspense><Content ask={ask} set={set} snapshot={search.snapshot} report={search.report} /></Suspense></Tabs.Panel>
          </Tabs>
        </BehindContext>
      )}
      <BehindDrawer behind={behind} close={() => setBehind(null)} />
    </Page>
  );
}
