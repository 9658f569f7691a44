import { Text } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { EmptyState } from '@/ui/EmptyState';
import { useFormat } from '@/ui/format';
import { type Query, reportQuery } from '../ask';
import { Count } from '../Count';
import classes from '../Funnel.module.css';
import { Report } from '../Report';
import { drill } from '../steps/drill';
import type { TabProps } from '../steps/FunnelTab';
import { type Times, useReport } from '../useReport';

const SurvivalChart = lazy(() => import('./SurvivalChart'));
type Stage = Schemas['StageTime'];

/** How long leads stay in each stage, those that are still there taken into account. */
export default function TimesTab({ ask, snapshot }: TabProps) {
  const query = reportQuery(ask);
  const report = useReport('time_in_stage', query, snapshot);
  return <Report found={report}>{(data) => <Content report={data} query={query} />}</Report>;
}

function Content({ report, query }: { report: Times; query: Query }) {
  const { t } = useTranslation('funnel');
  const [chosen, choose] = useState<string | null>(null);
  const before = new Map(report.compared?.stages.map((stage) => [stage.stage_id, stage]));
  const shown = report.stages.find(({ stage_id }) => stage_id === chosen) ?? report.stages.find(({ stays }) => stays > 0);
  if (!shown) return <EmptyState icon={IconHourglass} title={t('empty.title')} text={t('empty.text')} />;
  return (
    <div className={classes.halves}>
      <section className={classes.card} aria-labelledby="times">
        <h2 id="times" className={classes.title}>{t('times.title')}</h2>
        <div className={classes.sideways} tabIndex={0} role="group" aria-labelledby="times">
          <table className={classes.table}>
            <thead>
              <tr><th scope="col">{t('stage')}</th><th scope="col" data-right>{t('times.leads')}</th><th scope="col" data-right>{t('times.left')}</th><th scope="col" data-right>{t('still')}</th><th scope="col" data-right>{t('median.stay')}</th></tr>
            </thead>
            <tbody>
              {report.stages.map((stage) => (
                <Row key={stage.stage_id} stage={stage} before={before.get(stage.stage_id)} query={drill(query, report, { stage_id: stage.stage_id })} chosen={stage === shown} choose={() => choose(stage.stage_id)} />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <section className={classes.card} aria-labelledby="survival">
        <h2 id="survival" className={classes.title}>{t('survival.title', { stage: shown.name })}</h2>
        <Text size="xs" c="dimmed" mb="xs">{t('survival.text')}</Text>
        <Suspense fallback={<div className={classes.chart} />}><SurvivalChart stage={shown} before={before.get(shown.stage_id)} /></Suspense>
        <Text size="xs" c="dimmed" mt="xs">{t('survival.method')}</Text>
      </section>
    </div>
  );
}

interface RowProps {
  stage: Stage;
  before: Stage | undefined;
  query: Query;
  chosen: boolean;
  choose: () => void;
}

function Row({ stage, before, query, chosen, choose }: RowProps) {
  const { t } = useTranslation('funnel');
  const { rough } = useFormat();
  const time = (seconds: number | null | undefined) => (seconds == null ? '∞' : rough(seconds));
  const { median, stays, ended } = stage;
  const lasting = stays - ended;
  // A snapshot of former times counts stays alone; a lead may have several.
  const numbers = [['stays', stage.leads ?? stays, stays], ['ended', stage.leads_ended ?? ended, ended], ['lasting', stage.leads_lasting ?? lasting, lasting]] as const;
  return (
    <tr data-chosen={chosen || undefined}>
      <th scope="row"><button type="button" className={classes.number} aria-pressed={chosen} onClick={choose}>{stage.name}</button></th>
      {numbers.map(([set, leads, stays]) => (
        <td key={set} data-right>
          <Count value={leads} title={t(`behind.${set}`, { stage: stage.name })} from="sales" query={{ ...query, set }} />
          {leads !== stays && <div className={classes.soft}>{t('times.stays', { count: stays })}</div>}
        </td>
      ))}
      <td data-right className={classes.fold}>
        {stage.stays === 0 ? '—' : <strong>{time(median.seconds)}</strong>}
        {stage.stays > 0 && <div className={classes.soft}>{t('between', { low: time(median.low), high: time(median.high) })}</div>}
        {before && before.stays > 0 && <div className={classes.soft}>{t('before')} {time(before.median.seconds)}</div>}
        {stage.naive_median_seconds != null && <div className={classes.soft} title={t('naive.text')}>{t('naive', { time: rough(stage.naive_median_seconds) })}</div>}
      </td>
    </tr>
  );
}
