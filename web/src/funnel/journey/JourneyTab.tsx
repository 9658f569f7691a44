import { Alert, NativeSelect, Text } from '@mantine/core';
import { IconHourglass, IconRoute } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { EmptyState } from '@/ui/EmptyState';
import { WINDOWS } from '../ask';
import { Report } from '../Report';
import classes from '../Funnel.module.css';
import type { TabProps } from '../steps/FunnelTab';
import { type Behind, ClientsDrawer } from './ClientsDrawer';
import { KINDS, journeyOf, readSteps, TOUCHES } from './journey';
import { StepPicker } from './StepPicker';
import { Way } from './Way';

/** How clients went on from one touchpoint or stage to the next. */
export default function JourneyTab({ ask, set }: TabProps) {
  const { t } = useTranslation('funnel');
  const { list } = usePipelines();
  const stages = useMemo(() => list.find(({ id }) => id === ask.pipeline)?.stages.filter(({ archived_at }) => !archived_at) ?? [], [list, ask.pipeline]);
  const name = useCallback((step: string) => {
    if ([...TOUCHES, ...KINDS].some((known) => known === step)) return t(`journey.${step}`);
    return stages.find(({ id }) => id === step)?.name ?? t(`ui:channel.${step}`, { defaultValue: t('ui:unknown') });
  }, [stages, t]);
  const steps = readSteps(ask.steps);
  const journey = journeyOf(ask, steps, name);
  const found = useQuery({
    queryKey: ['reports', 'journey', journey], staleTime: 60_000, enabled: ask.pipeline !== '', placeholderData: keepPreviousData,
    queryFn: ({ signal }) => take(api.POST('/api/v1/reports/journey', { body: journey, signal })),
  });
  const [behind, setBehind] = useState<Behind | null>(null);
  return (
    <>
      <Text size="xs" c="dimmed" mb="xs" maw={760}>{t('journey.text')}</Text>
      <div className={classes.tools}>
        <StepPicker steps={steps} stages={stages} name={name} change={(next) => set({ steps: next.join(',') })} />
        <NativeSelect size="xs" aria-label={t('window')} value={ask.window} onChange={(event) => set({ window: event.currentTarget.value })}
          data={WINDOWS.map((value) => ({ value, label: value ? t('window.days', { count: parseInt(value, 10) }) : t('window.none') }))} />
      </div>
      <Report found={found}>{(report) => <Content report={report} open={(number) => setBehind({ ...number, journey })} />}</Report>
      <ClientsDrawer behind={behind} close={() => setBehind(null)} />
    </>
  );
}

function Content({ report, open }: { report: Schemas['JourneyReport']; open: (number: Omit<Behind, 'journey'>) => void }) {
  const { t } = useTranslation('funnel');
  if (report.cohort === 0) return <EmptyState icon={IconRoute} title={t('journey.empty')} text={t('journey.empty.text')} />;
  return (
    <>
      {report.immature && <Alert variant="light" color="orange" icon={<IconHourglass size={16} />} mb="sm" p="xs" c="var(--mantine-color-text)">{t('journey.immature', { count: report.immature_clients })}</Alert>}
      <Way report={report} open={open} />
    </>
  );
}
