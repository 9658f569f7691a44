import { SegmentedControl } from '@mantine/core';
import { IconChartFunnel } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/ui/EmptyState';
import { useFormat } from '@/ui/format';
import { type Query, reportQuery } from '../ask';
import { Count, Delta } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import { Report } from '../Report';
import { drill } from '../steps/drill';
import type { TabProps } from '../steps/FunnelTab';
import { type Funnel, useReport } from '../useReport';
import { type Channel, channelsOf } from './channels';

const WAYS = ['first_touch_group', 'last_touch_group', 'campaign', 'source'];

/** Where leads come from, and what comes of them. */
export default function ChannelsTab({ ask, set, snapshot }: TabProps) {
  const { t } = useTranslation('funnel');
  const query = reportQuery(ask);
  const report = useReport('funnel', query, snapshot);
  return (
    <>
      <div className={classes.tools}>
        <SegmentedControl size="xs" value={ask.channel} onChange={(channel) => set({ channel })} aria-label={t('channel.by')} data={WAYS.map((value) => ({ value, label: t(`by.${value}`) }))} />
      </div>
      <Report found={report}>{(data) => (data.total.cohort === 0
        ? <EmptyState icon={IconChartFunnel} title={t('empty.title')} text={t('empty.text')} />
        : <Channels report={data} query={query} />)}</Report>
    </>
  );
}

function Channels({ report, query }: { report: Funnel; query: Query }) {
  const { t } = useTranslation('funnel');
  const { channels, total } = channelsOf(report);
  const most = Math.max(...channels.map(({ leads }) => leads), 1);
  return (
    <div className={classes.card}>
      <div className={classes.sideways} tabIndex={0} role="group" aria-label={t('tab.channels')}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('channel')}</th><th scope="col" className={classes.wide}>{t('leads')}</th><th scope="col" data-right>{t('won')}</th><th scope="col" data-right>{t('rate')}</th>
              <th scope="col" data-right>{t('won.value')}</th><th scope="col" data-right>{t('per.lead')}</th><th scope="col" data-right>{t('median.won')}</th>
            </tr>
          </thead>
          <tbody>
            {channels.map((channel) => <Row key={channel.bucket ?? ''} channel={channel} most={most} query={drill(query, report, { bucket: channel.bucket ?? '' })} compared={report.compared != null} />)}
          </tbody>
          <tfoot><Row channel={total} query={drill(query, report, {})} compared={report.compared != null} /></tfoot>
        </table>
      </div>
    </div>
  );
}

function Row({ channel, most, query, compared }: { channel: Channel; most?: number; query: Query; compared: boolean }) {
  const { t } = useTranslation('funnel');
  const { money, roundMoney, rough } = useFormat();
  const name = most === undefined ? t('total') : channel.bucket ?? t('without');
  const { first, won, before } = channel;
  return (
    <tr>
      <th scope="row" dir="auto">{name}</th>
      <td className={classes.wide}>
        <div className={classes.lean}>
          {most !== undefined && <i style={{ width: `${(channel.leads / most) * 100}%` }} />}
          <Count value={channel.leads} title={`${name}: ${t('leads')}`} from="funnel" query={{ ...query, step: first }} />
          {compared && <Delta now={channel.leads} before={before?.leads} />}
        </div>
      </td>
      <td data-right><Count value={channel.wins} title={`${name}: ${t('won')}`} from="funnel" query={{ ...query, step: won }} /></td>
      <td data-right><strong>{percent(channel.rate, 1)}</strong>{compared && <div><Delta share now={channel.rate} before={before?.rate} /></div>}</td>
      <td data-right>{channel.value.map(({ currency, amount }) => <div key={currency}>{money(amount, currency)}</div>)}{channel.value.length === 0 && '—'}</td>
      <td data-right>{channel.value.map(({ currency, amount }) => <div key={currency}>{roundMoney(amount / channel.leads, currency)}</div>)}{channel.value.length === 0 && '—'}</td>
      <td data-right>{channel.seconds == null ? '—' : rough(channel.seconds)}</td>
    </tr>
  );
}
