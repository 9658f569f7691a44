import { useTranslation } from 'react-i18next';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import { type Query, reportQuery } from '../ask';
import { Count, Delta } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import { Report } from '../Report';
import { drill, drillBefore } from '../steps/drill';
import type { TabProps } from '../steps/FunnelTab';
import { type Sales, useReport } from '../useReport';
import { LostReasons } from './LostReasons';
import { Velocity } from './Velocity';

type Outcome = Schemas['SalesOutcome'];
type Set = 'won' | 'lost' | 'open' | 'stale';

/** What was won and lost in the period, how fast, and what is still open. */
export default function SalesTab({ ask, snapshot }: TabProps) {
  const query = reportQuery(ask);
  const report = useReport('sales', query, snapshot);
  return <Report found={report}>{(data) => <Content report={data} query={query} />}</Report>;
}

function Content({ report, query }: { report: Sales; query: Query }) {
  const { current, compared } = report;
  const list = drill(query, current, {});
  return (
    <>
      <Tiles now={current} before={compared ?? undefined} query={list} former={compared && drillBefore(query, compared, {})} />
      <div className={classes.halves}>
        <Velocity now={current} before={compared ?? undefined} query={list} />
        <LostReasons now={current} before={compared ?? undefined} query={list} />
      </div>
    </>
  );
}

interface TilesProps {
  now: Outcome;
  before: Outcome | undefined;
  query: Query;
  /** What the leads of the period before are asked with. */
  former: Query | null | undefined;
}

function Tiles({ now, before, query, former }: TilesProps) {
  const { t } = useTranslation('funnel');
  const { rough } = useFormat();
  const was = (set: Set) => before && former && <Count value={before[set]} title={`${t(`tile.${set}`)}, ${t('before')}`} from="sales" query={{ ...former, set }} />;
  const count = (set: Set) => <Count value={now[set]} title={t(`tile.${set}`)} from="sales" query={{ ...query, set }} />;
  return (
    <dl className={classes.tiles}>
      <Tile name={t('tile.won')} value={count('won')} delta={<Delta now={now.won} before={before?.won} />} was={was('won')}><Sums sums={now.won_value} /></Tile>
      <Tile name={t('tile.lost')} value={count('lost')} delta={<Delta down now={now.lost} before={before?.lost} />} was={was('lost')}><Sums sums={now.lost_value} /></Tile>
      <Tile name={t('tile.rate')} value={percent(now.win_rate, 1)} delta={<Delta share now={now.win_rate} before={before?.win_rate} />} was={before && percent(before.win_rate, 1)}>{t('tile.rate.how')}</Tile>
      <Tile name={t('tile.cycle')} value={now.cycle.median_seconds == null ? '—' : rough(now.cycle.median_seconds)} delta={<Delta down now={now.cycle.median_seconds} before={before?.cycle.median_seconds} />}
        was={before?.cycle.median_seconds == null ? undefined : rough(before.cycle.median_seconds)}>{now.cycle.p90_seconds != null && t('p90', { time: rough(now.cycle.p90_seconds) })}</Tile>
      <Tile name={t('tile.open')} value={count('open')} delta={<Delta now={now.open} before={before?.open} />} was={was('open')}>{t('tile.open.how')}</Tile>
      <Tile name={t('tile.stale')} value={count('stale')} delta={<Delta down now={now.stale} before={before?.stale} />} was={was('stale')}>{t('tile.stale.how', { share: percent(now.open === 0 ? null : now.stale / now.open) })}</Tile>
    </dl>
  );
}

interface TileProps {
  name: string;
  value: ReactNode;
  delta: ReactNode;
  was: ReactNode;
  children: ReactNode;
}

function Tile({ name, value, delta, was, children }: TileProps) {
  const { t } = useTranslation('funnel');
  return (
    <div className={classes.tile}>
      <dt>{name}</dt>
      <dd><span className={classes.big}>{value}</span>{delta}</dd>
      <dd className={classes.soft}>{children}</dd>
      {was && <dd className={classes.soft}>{t('before')} {was}</dd>}
    </div>
  );
}

function Sums({ sums }: { sums: readonly Schemas['Money'][] }) {
  const { money } = useFormat();
  return sums.map(({ currency, amount }) => <span key={currency} className={classes.sum}>{money(amount, currency)}</span>);
}
