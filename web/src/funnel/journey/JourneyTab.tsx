import { Alert, Button, NativeSelect, Text } from '@mantine/core';
import { IconHourglass, IconRoute } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { EmptyState } from '@/ui/EmptyState';
import { WINDOWS } from '../ask';
import { Report } from '../Report';
import { useSavedJourney } from '../saved/useSaved';
import { kept } from '../useReport';
import classes from '../Funnel.module.css';
import type { TabProps } from '../steps/FunnelTab';
import { notesOf } from '../steps/notes';
import { UnitSelect } from '../steps/UnitSelect';
import { type Behind, Clients, ClientsContext, ClientsDrawer } from './ClientsDrawer';
import { asCounted, journeyOf, readSteps } from './journey';
import { JourneyParts } from './JourneyParts';
import { StepPicker } from './StepPicker';
import { useParts } from './useParts';
import { useSteps } from './useSteps';
import { Way } from './Way';

/** How clients went on from one touchpoint or stage to the next. */
export default function JourneyTab({ ask, set, snapshot, report }: TabProps) {
  const { t } = useTranslation('funnel');
  const { stages, name } = useSteps(ask.pipeline);
  const steps = readSteps(ask.steps);
  const { journey: fixed, waiting } = useSavedJourney(ask.steps ? undefined : report);
  const journey = fixed ?? journeyOf(ask, steps, name);
  const found = useQuery({
    queryKey: ['reports', 'journey', snapshot ?? journey], staleTime: snapshot ? Infinity : 60_000, enabled: ask.pipeline !== '' && !waiting, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => (snapshot ? kept<Schemas['JourneyReport']>(snapshot, signal) : take(api.POST('/api/v1/reports/journey', { body: journey, signal }))),
  });
  const [behind, setBehind] = useState<Behind | null>(null);
  const parts = useParts();
  return (
    <>
      <Text size="xs" c="dimmed" mb="xs" maw={760}>{t('journey.text')}</Text>
      <div className={classes.tools}>
        {fixed ? <Fixed steps={fixed.steps} choose={() => set({ steps: steps.join(',') })} /> : <StepPicker steps={steps} stages={stages} name={name} change={(next) => set({ steps: next.join(',') })} />}
      </div>
      {!fixed && (
        <div className={classes.tools}>
          <NativeSelect size="xs" maw={280} aria-label={t('by')} value={ask.part} onChange={(event) => set({ part: event.currentTarget.value })} data={parts} />
          {ask.part === 'period' && <UnitSelect ask={ask} set={set} />}
          <NativeSelect size="xs" aria-label={t('window')} value={ask.window} onChange={(event) => set({ window: event.currentTarget.value })}
            data={WINDOWS.map((value) => ({ value, label: value ? t('window.days', { count: parseInt(value, 10) }) : t('window.none') }))} />
        </div>
      )}
      <ClientsContext value={setBehind}><Report found={found}>{(report) => <Content report={report} journey={journey} />}</Report></ClientsContext>
      <ClientsDrawer behind={behind} close={() => setBehind(null)} />
    </>
  );
}

/** Steps of a program's making, which the picker has no words for. */
function Fixed({ steps, choose }: { steps: Schemas['JourneyStep'][]; choose: () => void }) {
  const { t } = useTranslation('funnel');
  return (
    <>
      <Text size="sm" dir="auto">{steps.map((step, index) => step.name ?? t('journey.step', { place: index + 1 })).join(' → ')}</Text>
      <Button size="compact-xs" variant="light" onClick={choose}>{t('journey.choose')}</Button>
    </>
  );
}

function Content({ report, journey }: { report: Schemas['JourneyReport']; journey: Schemas['JourneyInput'] }) {
  const { t } = useTranslation('funnel');
  const { immature_clients: count } = report;
  if (report.cohort === 0) return <EmptyState icon={IconRoute} title={t('journey.empty')} text={t('journey.empty.text')} />;
  return (
    <>
      {report.immature && (
        <Alert variant="light" color="orange" icon={<IconHourglass size={16} />} mb="sm" p="xs" c="var(--mantine-color-text)">
          {t('journey.immature', { count })} <Clients className={classes.plain} journey={asCounted(journey, report)} step={0} outcome="immature" title={t('behind.immature')} count={count}>{t('journey.show', { count })}</Clients>
        </Alert>
      )}
      {notesOf(report, t).map((note) => <Text key={note} size="xs" c="dimmed" mb="xs">{note}</Text>)}
      <Way report={report} journey={journey} />
      {report.groups?.length > 0 && <JourneyParts report={report} journey={journey} />}
    </>
  );
}
