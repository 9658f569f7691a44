import { useReducedMotion } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Area, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import { type Point, pointsOf } from './curve';

interface Props {
  stage: Schemas['StageTime'];
  before: Schemas['StageTime'] | undefined;
}

const TICK = { fontSize: 11.5, fill: 'var(--mantine-color-dimmed)' };
/** So many rows say as much as the curve does. */
const ROWS = 12;

/** The share of leads that are still in the stage after a time, with its 95 % band. */
export default function SurvivalChart({ stage, before }: Props) {
  const { t } = useTranslation('funnel');
  const { number } = useFormat();
  const still = useReducedMotion();
  const points = pointsOf(stage.curve, before?.curve);
  return (
    <>
      <div className={classes.chart} aria-hidden>
        <ResponsiveContainer width="100%" height="100%">
          <ComposedChart data={points} margin={{ top: 8, right: 8, bottom: 4, left: -14 }} accessibilityLayer={false}>
            <CartesianGrid stroke="var(--tl-line)" vertical={false} />
            <XAxis dataKey="days" type="number" domain={[0, 'dataMax']} tick={TICK} tickLine={false} axisLine={{ stroke: 'var(--tl-line)' }} tickFormatter={(days: number) => t('days', { count: Math.round(days) })} minTickGap={40} />
            <YAxis domain={[0, 1]} ticks={[0, 0.25, 0.5, 0.75, 1]} tick={TICK} tickLine={false} axisLine={false} tickFormatter={(share: number) => percent(share)} />
            <ReferenceLine y={0.5} stroke="var(--mantine-color-dimmed)" strokeDasharray="3 3" />
            <Tooltip content={({ active, payload }) => (active && payload?.[0] ? <Hint point={payload[0].payload as Point} /> : null)} />
            <Area dataKey="band" type="stepAfter" stroke="none" fill="var(--tl-accent)" fillOpacity={0.16} isAnimationActive={!still} activeDot={false} connectNulls={false} />
            {before && <Line dataKey="before" type="stepAfter" stroke="var(--mantine-color-dimmed)" strokeWidth={1.5} strokeDasharray="5 4" dot={false} isAnimationActive={!still} />}
            <Line dataKey="share" type="stepAfter" stroke="var(--tl-accent)" strokeWidth={2} dot={false} isAnimationActive={!still} />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <ul className={classes.legend} aria-hidden>
        <li data-line>{t('survival.share')}</li><li data-band>{t('survival.band')}</li>{before && <li data-before>{t('before')}</li>}
      </ul>
      <details className={classes.details}>
        <summary>{t('as.table')}</summary>
        <table className={classes.table}>
          <thead><tr><th scope="col">{t('survival.after')}</th><th scope="col" data-right>{t('survival.share')}</th><th scope="col" data-right>{t('survival.band')}</th></tr></thead>
          <tbody>
            {thin(points).map((point) => (
              <tr key={point.days}><th scope="row">{t('days', { count: Number(point.days.toFixed(1)) })}</th><td data-right>{percent(point.share, 1)}</td><td data-right>{point.band ? `${percent(point.band[0], 1)} – ${percent(point.band[1], 1)}` : '—'}</td></tr>
            ))}
          </tbody>
        </table>
      </details>
      <p className="tl-hidden">{t('survival.risk', { stays: number(stage.stays), ended: number(stage.ended) })}</p>
    </>
  );
}

function thin(points: Point[]): Point[] {
  const own = points.filter(({ share }) => share !== null);
  const each = Math.max(1, Math.ceil(own.length / ROWS));
  return own.filter((_, index) => index % each === 0 || index === own.length - 1);
}

function Hint({ point }: { point: Point }) {
  const { t } = useTranslation('funnel');
  return (
    <div className={classes.hint}>
      <strong>{t('days', { count: Number(point.days.toFixed(1)) })}</strong>
      {point.share !== null && <div>{t('survival.share')}: {percent(point.share, 1)}</div>}
      {point.band && <div>{t('survival.band')}: {percent(point.band[0], 1)} – {percent(point.band[1], 1)}</div>}
      {point.before !== null && <div>{t('before')}: {percent(point.before, 1)}</div>}
    </div>
  );
}
