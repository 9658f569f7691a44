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
import { leadsOfMonth } from './leads';

const ForecastChart = lazy(() => import('./ForecastChart'));

/** What open leads may bring, by the month in which they are expected to close. */
export default function ForecastTab({ ask, snapshot }: TabProps) {
  const query = reportQuery(ask);
  const report = useReport('forecast', query, snapshot);
  return <Report found={report}>{(data) => <Content report={data} query={query} />}</Report>;
}

function Content({ report, query }: { report: Forecast; query: Query }) {
  const { t } = useTranslation('funnel');
  const currencies = byLeads(report.months);
  const [chosen, choose] = useState<string | null>(null);
  const currency = currencies.find((one) => one === chosen) ?? currencies[0];
  if (!currency) return <EmptyState icon={IconCoins} title={t('forecast.empty')} text={t('forecast.empty.text')} />;
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
        <Months months={months} query={query} without={report.without_amount} />
        <Odds report={report} />
      </div>
    </>
  );
}

/** The currency of most leads first. */
function byLeads(months: Forecast['months']): string[] {
  const leads = new Map<string, number>();
  for (const row of months) leads.set(row.currency, (leads.get(row.currency) ?? 0) + row.leads);
  return [...leads].sort(([, a], [, b]) => b - a).map(([currency]) => currency);
}

function Months({ months, query, without }: { months: Forecast['months']; query: Query; without: number }) {
  const { t } = useTranslation('funnel');
  const { roundMoney, month, number } = useFormat();
  return (
    <section className={classes.card} aria-labelledby="months">
      <h2 id="months" className={classes.title}>{t('forecast.months')}</h2>
      <div className={classes.sideways} tabIndex={0} role="group" aria-labelledby="months">
        <table className={classes.table}>
          <thead><tr><th scope="col">{t('month')}</th><th scope="col" data-right>{t('leads')}</th><th scope="col" data-right>{t('amount')}</th><th scope="col" data-right>{t('weighted')}</th><th scope="col" data-right>{t('by.history')}</th></tr></thead>
          <tbody>
            {months.map((row) => {
              const name = row.month ? month(`${row.month}T12:00:00`) : t('no.date');
              const leads = leadsOfMonth(row, query);
              return (
                <tr key={row.month ?? ''}>
                  <th scope="row">{name}</th>
                  <td data-right>{leads ? <Count value={row.leads} title={t('behind.expected', { month: name })} from="leads" query={leads} /> : number(row.leads)}</td>
                  <td data-right>{roundMoney(row.amount, row.currency)}</td><td data-right><strong>{roundMoney(row.weighted, row.currency)}</strong></td>
                  <td data-right>{row.weighted_by_history == null ? '—' : roundMoney(row.weighted_by_history, row.currency)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {without > 0 && <Text size="xs" c="dimmed" mt="xs">{t('without.amount', { count: without })}</Text>}
    </section>
  );
}

function Odds({ report }: { report: Forecast }) {
  const { t } = useTranslation('funnel');
  const { number, day } = useFormat();
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
                <td data-right>{number(stage.won)}</td><td data-right>{number(stage.visited)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
