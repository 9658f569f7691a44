import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import type { Query } from '../ask';
import { Count, Delta } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';

type Outcome = Schemas['SalesOutcome'];

/** What the pipeline brings a day, and how that comes about. */
export function Velocity({ now, before, query }: { now: Outcome; before: Outcome | undefined; query: Query }) {
  const { t } = useTranslation('funnel');
  const { roundMoney, rough } = useFormat();
  return (
    <section className={classes.card} aria-labelledby="velocity">
      <h2 id="velocity" className={classes.title}>{t('velocity')}</h2>
      <Text size="xs" c="dimmed" mb="sm">{t('velocity.text')}</Text>
      {now.velocity.length === 0 && <Text size="sm" c="dimmed">{t('nothing')}</Text>}
      {[...now.velocity].sort((a, b) => b.open - a.open).map(({ currency, open, average_won: average, per_day: speed }) => {
        const count = (text?: string) => <Count value={open} title={t('velocity.open.in', { currency })} from="sales" query={{ ...query, set: 'open', currency }}>{text}</Count>;
        if (speed == null) return <Text key={currency} size="sm" c="dimmed" mt="sm">{count(t('velocity.none.open', { currency, count: open }))} {t('velocity.none')}</Text>;
        const old = before?.velocity.find((other) => other.currency === currency);
        return (
          <div key={currency} className={classes.velocity}>
            <div><span className={classes.big}>{t('per.day', { money: roundMoney(speed, currency) })}</span> <Delta now={speed} before={old?.per_day} />
              {old?.per_day != null && <span className={classes.soft}> {t('before')} {roundMoney(old.per_day, currency)}</span>}
            </div>
            <dl className={classes.formula}>
              <div><dd>{count()}</dd><dt>{t('velocity.open')}</dt></div><span aria-hidden>×</span>
              <div><dd>{percent(now.win_rate, 1)}</dd><dt>{t('tile.rate')}</dt></div><span aria-hidden>×</span>
              <div><dd>{average == null ? '—' : roundMoney(average, currency)}</dd><dt>{t('velocity.average')}</dt></div><span aria-hidden>÷</span>
              <div><dd>{now.cycle.median_seconds == null ? '—' : rough(now.cycle.median_seconds)}</dd><dt>{t('tile.cycle')}</dt></div>
            </dl>
          </div>
        );
      })}
    </section>
  );
}
