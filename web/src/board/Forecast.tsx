import { Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useFormat } from '@/ui/format';
import classes from './Board.module.css';
import { outlook, type Outlook } from './outlook';

/** What the open leads may bring soon: in this month and the next two, and what was expected before. */
export function Forecast({ pipeline, owner }: { pipeline: string; owner: string | undefined }) {
  const { t } = useTranslation('board');
  const { month } = useFormat();
  const { data } = useQuery({
    queryKey: ['reports', 'forecast', pipeline, owner ?? ''], staleTime: 60_000,
    queryFn: ({ signal }) => take(api.GET('/api/v1/reports/forecast', { params: { query: { pipeline_id: pipeline, tz: Intl.DateTimeFormat().resolvedOptions().timeZone, ...(owner ? { owner_id: owner } : {}) } }, signal })),
  });
  const cells = useMemo(() => (data ? outlook(data.months) : []), [data]);
  if (cells.length === 0) return null;
  return (
    <section className={classes.strip} aria-label={t('forecast')}>
      {cells.map((cell) => <Cell key={cell.key} cell={cell} name={cell.month ? month(`${cell.month}T12:00:00`) : t(`forecast.${cell.key}`)} />)}
      <Link to="/funnel" search={{ tab: 'forecast', pipeline }} className={classes.all}>{t('forecast.all')}</Link>
    </section>
  );
}

function Cell({ cell, name }: { cell: Outlook; name: string }) {
  const { t } = useTranslation('board');
  const { money } = useFormat();
  return (
    <div className={classes.month} data-late={cell.key === 'before' || undefined}>
      <div className={classes.when}>{name}</div>
      {cell.sums.length === 0 && <div className={classes.soft}>—</div>}
      {cell.sums.map(({ currency, amount, weighted, history, leads }) => (
        <Tooltip key={currency} multiline w={250} label={t('forecast.how', { count: leads, all: money(amount, currency), history: history === null ? '—' : money(Math.round(history), currency, true) })}>
          <div className={classes.worth}><strong>{money(Math.round(weighted), currency, true)}</strong><span>{t('forecast.of', { all: money(amount, currency, true) })}</span></div>
        </Tooltip>
      ))}
    </div>
  );
}
