import { SegmentedControl, Text } from '@mantine/core';
import { IconCoins } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/ui/EmptyState';
import { useFormat } from '@/ui/format';
import { type Query, reportQuery } from '../ask';
import { Count } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import { Report } from '../Report';
import type { TabProps } from '../steps/FunnelTab';
import { type Forecast, useReport } from '../useReport';
import { Months, Without } from './Months';
import { currenciesOf, history } from './sums';

const ForecastChart = lazy(() => import('./ForecastChart'));

/** What open leads may bring, by the month in which they are expected to close. */
export default function ForecastTab({ ask, snapshot }: TabProps) {
  const query = reportQuery(ask);
  const report = useReport('forecast', query, snapshot);
  return <Report found={report}>{(data) => <Content report={data} query={query} />}</Report>;
}

function Content({ report, query }: { report: Forecast; query: Query }) {
  const { t } = useTranslation('funnel');
  const currencies = currenciesOf([...report.months, ...(report.compared?.months ?? [])]);
  const [chosen, choose] = useState<string | null>(null);
  const currency = currencies.find((one) => one === chosen) ?? currencies[0];
  if (!currency) {
    return <EmptyState icon={IconCoins} title={t('forecast.empty')} text={t(report.close_from || report.close_to ? 'forecast.empty.days' : 'forecast.empty.text')}><Without report={report} query={query} /></EmptyState>;
  }
  const months = report.months.filter((row) => row.currency === currency);
  return (
    <>
      {currencies.length > 1 && <SegmentedControl size="xs" mb="sm" value={currency} onChange={choose} data={currencies} aria-label={t('currency')} />}
      <section className={classes.card} aria-labelledby="forecast">
        <h2 id="forecast" className={classes.title}>{t('forecast.title')}</h2>
        <Text size="xs" c="dimmed" mb="xs">{t('forecast.text')}</Text>
        <Suspense fallback={<div className={classes.chart} />}><ForecastChart months={months} currency={currency} /></Suspense>
      </section>
      <div className={classes.halves}>
        <Months report={report} currency={currency} query={query} />
        <Odds report={report} query={query} />
      </div>
    </>
  );
}

function Odds({ report, query }: { report: Forecast; query: Query }) {
  const { t } = useTranslation('funnel');
  const { day } = useFormat();
  return (
    <section className={classes.card} aria-labelledby="odds">
      <h2 id="odds" className={classes.title}>{t('odds')}</h2>
      {report.history_from && report.history_to && <Text size="xs" c="dimmed" mb="xs">{t('odds.text', { from: day(report.history_from), to: day(report.history_to) })}</Text>}
      <div className={classes.sideways} tabIndex={0} role="group" aria-labelledby="odds">
        <table className={classes.table}>
          <thead><tr><th scope="col">{t('stage')}</th><th scope="col" data-right>{t('configured')}</th><th scope="col" data-right>{t('from.history')}</th><th scope="col" data-right>{t('won')}</th><th scope="col" data-right>{t('visited')}</th></tr></thead>
          <tbody>
            {report.stages.map((stage) => (
              <tr key={stage.stage_id}>
                <th scope="row">{stage.name}</th><td data-right>{percent(stage.configured)}</td><td data-right><strong>{percent(stage.from_history, 1)}</strong></td>
                <td data-right><Count value={stage.won} title={t('behind.history_won', { stage: stage.name })} from="sales" query={history(query, report, { set: 'history_won', stage_id: stage.stage_id })} /></td>
                <td data-right><Count value={stage.visited} title={t('behind.history', { stage: stage.name })} from="sales" query={history(query, report, { set: 'history', stage_id: stage.stage_id })} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
