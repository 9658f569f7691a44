import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import type { Query } from '../ask';
import { Count, Delta } from '../Count';
import classes from '../Funnel.module.css';
import type { Forecast } from '../useReport';
import { expected, type Month, totalOf } from './sums';

interface Props {
  report: Forecast;
  currency: string;
  query: Query;
}

const SUMS = ['amount', 'weighted', 'weighted_by_history'] as const;

/** What is expected of each month, and of all of them beside what was expected of the former ones. */
export function Months({ report, currency, query }: Props) {
  const { t } = useTranslation('funnel');
  const months = report.months.filter((row) => row.currency === currency);
  return (
    <section className={classes.card} aria-labelledby="months">
      <h2 id="months" className={classes.title}>{t('forecast.months')}</h2>
      <div className={classes.sideways} tabIndex={0} role="group" aria-labelledby="months">
        <table className={classes.table}>
          <thead><tr><th scope="col">{t('month')}</th><th scope="col" data-right>{t('leads')}</th><th scope="col" data-right>{t('amount')}</th><th scope="col" data-right>{t('weighted')}</th><th scope="col" data-right>{t('by.history')}</th></tr></thead>
          <tbody>{months.map((row) => <Row key={row.month ?? ''} row={row} query={expected(query, report, { set: 'forecast', currency, month: row.month ?? '' })} />)}</tbody>
          <tfoot><Total report={report} months={months} currency={currency} query={query} /></tfoot>
        </table>
      </div>
      <Without report={report} query={query} />
    </section>
  );
}

function Row({ row, query }: { row: Month; query: Query }) {
  const { t } = useTranslation('funnel');
  const { roundMoney, month } = useFormat();
  const name = row.month ? month(`${row.month}T12:00:00`) : t('no.date');
  return (
    <tr>
      <th scope="row">{name}</th>
      <td data-right><Count value={row.leads} title={row.month ? t('behind.expected', { month: name }) : t('behind.dateless')} from="sales" query={query} /></td>
      <td data-right>{roundMoney(row.amount, row.currency)}</td><td data-right><strong>{roundMoney(row.weighted, row.currency)}</strong></td>
      <td data-right>{row.weighted_by_history == null ? '—' : roundMoney(row.weighted_by_history, row.currency)}</td>
    </tr>
  );
}

function Total({ report, months, currency, query }: Props & { months: readonly Month[] }) {
  const { t } = useTranslation('funnel');
  const { roundMoney } = useFormat();
  const { compared } = report;
  const now = totalOf(months);
  const before = compared && totalOf(compared.months.filter((row) => row.currency === currency));
  const title = t('behind.forecast', { currency });
  const list = { set: 'forecast', currency };
  return (
    <tr>
      <th scope="row">{t('total')}</th>
      <td data-right>
        <Count value={now.leads} title={title} from="sales" query={expected(query, report, list)} />
        {compared && before && <Before delta={<Delta now={now.leads} before={before.leads} />}><Count value={before.leads} title={`${title}, ${t('before')}`} from="sales" query={expected(query, compared, list)} /></Before>}
      </td>
      {SUMS.map((key) => (
        <td key={key} data-right>
          {now[key] === null ? '—' : roundMoney(now[key], currency)}
          {before && <Before delta={<Delta now={now[key]} before={before[key]} />}>{before[key] === null ? '—' : roundMoney(before[key], currency)}</Before>}
        </td>
      ))}
    </tr>
  );
}

function Before({ delta, children }: { delta: ReactNode; children: ReactNode }) {
  const { t } = useTranslation('funnel');
  return <><div className={classes.soft}>{t('before')} {children}</div><div>{delta}</div></>;
}

/** Open leads that no sum holds. */
export function Without({ report, query }: { report: Forecast; query: Query }) {
  const { t } = useTranslation('funnel');
  const { without_amount: count } = report;
  if (count === 0) return null;
  return (
    <Text size="xs" c="dimmed" mt="xs">
      <Count value={count} title={t('behind.without_amount')} from="sales" query={expected(query, report, { set: 'without_amount' })}>{t('without.amount', { count })}</Count> {t('without.amount.sum')}
    </Text>
  );
}
