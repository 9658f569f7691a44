import { useReducedMotion } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import classes from '../Funnel.module.css';

type Month = Schemas['ForecastMonth'];
const TICK = { fontSize: 11.5, fill: 'var(--mantine-color-dimmed)' };

/** The same numbers as the table beside it, so a screen reader need not hear them twice. */
export default function ForecastChart({ months, currency }: { months: readonly Month[]; currency: string }) {
  const { t } = useTranslation('funnel');
  const { money, roundMoney, month } = useFormat();
  const still = useReducedMotion();
  const name = (row: Month, style: 'short' | 'long' = 'long') => (row.month ? month(`${row.month}T12:00:00`, style) : t('no.date'));
  const compact = (value: number) => money(Math.round(value), currency, true);
  return (
    <>
      <div className={classes.chart} aria-hidden>
        <ResponsiveContainer width="100%" height="100%">
          <BarChart data={[...months]} margin={{ top: 8, right: 8, bottom: 4, left: 0 }} barGap={1} barCategoryGap="22%" accessibilityLayer={false}>
            <CartesianGrid stroke="var(--tl-line)" vertical={false} />
            <XAxis dataKey={(row: Month) => name(row, 'short')} tick={TICK} tickLine={false} axisLine={{ stroke: 'var(--tl-line)' }} minTickGap={12} />
            <YAxis tick={TICK} tickLine={false} axisLine={false} tickFormatter={compact} width={64} />
            <Tooltip cursor={{ fill: 'var(--tl-hover)' }} content={({ active, payload }) => {
              const row = payload?.[0]?.payload as Month | undefined;
              return active && row ? (
                <div className={classes.hint}>
                  <strong>{name(row)}</strong>
                  <div>{t('amount')}: {roundMoney(row.amount, currency)}</div>
                  <div>{t('weighted')}: {roundMoney(row.weighted, currency)}</div>
                  {row.weighted_by_history != null && <div>{t('by.history')}: {roundMoney(row.weighted_by_history, currency)}</div>}
                </div>
              ) : null;
            }} />
            <Bar dataKey="amount" fill="var(--tl-line)" stroke="var(--mantine-color-dimmed)" strokeOpacity={0.35} radius={[3, 3, 0, 0]} isAnimationActive={!still} />
            <Bar dataKey="weighted" fill="var(--tl-accent)" radius={[3, 3, 0, 0]} isAnimationActive={!still} />
            <Bar dataKey="weighted_by_history" fill="var(--tl-online)" radius={[3, 3, 0, 0]} isAnimationActive={!still} />
          </BarChart>
        </ResponsiveContainer>
      </div>
      <ul className={classes.legend} aria-hidden><li data-all>{t('amount')}</li><li data-box>{t('weighted')}</li><li data-box="online">{t('by.history')}</li></ul>
    </>
  );
}
