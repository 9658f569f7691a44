import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import type { Query } from '../ask';
import { Count, Delta } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';

type Outcome = Schemas['SalesOutcome'];

export function LostReasons({ now, before, query }: { now: Outcome; before: Outcome | undefined; query: Query }) {
  const { t } = useTranslation('funnel');
  const { money } = useFormat();
  const most = Math.max(...now.lost_reasons.map(({ share }) => share ?? 0), 0.01);
  return (
    <section className={classes.card} aria-labelledby="reasons">
      <h2 id="reasons" className={classes.title}>{t('reasons')}</h2>
      {now.lost_reasons.length === 0 && <Text size="sm" c="dimmed">{t('nothing')}</Text>}
      {now.lost_reasons.length > 0 && (
        <div className={classes.sideways} tabIndex={0} role="group" aria-labelledby="reasons">
          <table className={classes.table}>
            <thead><tr><th scope="col">{t('reason')}</th><th scope="col" className={classes.wide}>{t('leads')}</th><th scope="col" data-right>{t('share')}</th><th scope="col" data-right>{t('value')}</th></tr></thead>
            <tbody>
              {now.lost_reasons.map(({ lost_reason_id: id, name, leads, share, value }) => {
                const label = name ?? t('reason.none');
                const old = before?.lost_reasons.find((other) => (other.lost_reason_id ?? '') === (id ?? ''));
                return (
                  <tr key={id ?? ''}>
                    <th scope="row" dir="auto">{label}</th>
                    <td className={classes.wide}><div className={classes.lean} data-tone="bad"><i style={{ width: `${((share ?? 0) / most) * 100}%` }} /><Count value={leads} title={t('reason.of', { reason: label })} from="sales" query={{ ...query, set: 'lost', lost_reason_id: id ?? '' }} /></div></td>
                    <td data-right>{percent(share)}{before && <div><Delta share down now={share} before={old?.share ?? 0} /></div>}</td>
                    <td data-right>{value.map(({ currency, amount }) => <div key={currency}>{money(amount, currency, true)}</div>)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
