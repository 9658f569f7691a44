import { Alert, NativeSelect, SegmentedControl, Text } from '@mantine/core';
import { IconChartFunnel, IconHourglass } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/ui/EmptyState';
import { type Ask, MODES, type Query, reportQuery, WINDOWS } from '../ask';
import { Count } from '../Count';
import classes from '../Funnel.module.css';
import { Report } from '../Report';
import { type Funnel, useReport } from '../useReport';
import { Breakdown } from './Breakdown';
import { drill } from './drill';
import { Modes } from './Modes';
import { notesOf } from './notes';
import { Steps } from './Steps';
import { UnitSelect } from './UnitSelect';
import { useBreakdowns } from './useBreakdowns';

export interface TabProps {
  ask: Ask;
  set: (changes: Query) => void;
  snapshot: string | undefined;
  /** The saved report that is shown. */
  report?: string | undefined;
}

export default function FunnelTab({ ask, set, snapshot }: TabProps) {
  const { t } = useTranslation('funnel');
  const query = reportQuery(ask);
  const report = useReport('funnel', query, snapshot);
  const breakdowns = useBreakdowns();
  return (
    <>
      <div className={classes.tools}>
        <SegmentedControl size="xs" value={ask.mode} onChange={(mode) => set({ mode })} aria-label={t('mode')}
          data={[...MODES, 'all'].map((value) => ({ value, label: t(`mode.${value}`) }))} />
        <NativeSelect size="xs" maw={280} aria-label={t('by')} value={ask.by} onChange={(event) => set({ by: event.currentTarget.value })} data={breakdowns} />
        {ask.by === 'period' && <UnitSelect ask={ask} set={set} />}
        <NativeSelect size="xs" aria-label={t('window')} value={ask.window} onChange={(event) => set({ window: event.currentTarget.value })}
          data={WINDOWS.map((value) => ({ value, label: value ? t('window.days', { count: parseInt(value, 10) }) : t('window.none') }))} />
      </div>
      {ask.mode !== 'all' && <Text size="xs" c="dimmed" mb="sm" maw={760}>{t(`mode.${ask.mode}.text`)}</Text>}
      <Report found={report}>{(data) => <Content report={data} query={query} ask={ask} />}</Report>
    </>
  );
}

function Content({ report, query, ask }: { report: Funnel; query: Query; ask: Ask }) {
  const { t } = useTranslation('funnel');
  if (report.total.cohort === 0) return <EmptyState icon={IconChartFunnel} title={t('empty.title')} text={t('empty.text')} />;
  const [first] = report.total.modes;
  return (
    <>
      {report.total.immature && <Immature report={report} query={query} />}
      {notesOf(report, t).map((note) => <Text key={note} size="xs" c="dimmed" mb="xs">{note}</Text>)}
      {report.total.modes.length > 1 ? <Modes report={report} query={query} /> : first && <Steps report={report} mode={first} query={query} />}
      <Beyond report={report} query={query} />
      {report.groups.length > 0 && <Breakdown report={report} query={query} by={ask.by} unit={ask.unit} />}
    </>
  );
}

/** Leads that no number holds. Snapshots of former times do not tell of them. */
function Beyond({ report, query }: { report: Funnel; query: Query }) {
  const { t } = useTranslation('funnel');
  const { beyond: count = 0 } = report;
  const [first] = report.total.modes;
  if (count === 0 || !first) return null;
  return (
    <Text size="xs" c="dimmed" mb="sm">
      <Count value={count} title={t('behind.beyond')} from="funnel" query={drill(query, report, { mode: first.mode, step: first.steps[0]?.stage_id ?? '', outcome: 'beyond' })}>{t('beyond', { count })}</Count> {t('beyond.why')}
    </Text>
  );
}

/** Leads that may still come further. */
function Immature({ report, query }: { report: Funnel; query: Query }) {
  const { t } = useTranslation('funnel');
  const { immature_leads: count, modes } = report.total;
  const [first] = modes;
  return (
    <Alert variant="light" color="orange" icon={<IconHourglass size={16} />} mb="sm" p="xs" c="var(--mantine-color-text)">
      {t('immature', { count })}{' '}
      {first && <Count className={classes.plain} value={count} title={t('behind.immature')} from="funnel" query={drill(query, report, { mode: first.mode, step: first.steps[0]?.stage_id ?? '', outcome: 'immature' })}>{t('immature.show', { count })}</Count>}
    </Alert>
  );
}
