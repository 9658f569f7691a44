import '@mantine/charts/styles.css';
import { AreaChart } from '@mantine/charts';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import type { SizeUnit } from '../data';

const TICK = { fontSize: 11, fill: 'var(--mantine-color-dimmed)' };

/** How many members there were, and who came and went. */
export default function SizeChart({ points, unit }: { points: Schemas['SizePoint'][]; unit: SizeUnit }) {
  const { t } = useTranslation('segments');
  const { day, month, number } = useFormat();
  const name = (period: string) => (unit === 'month' ? month(`${period}T12:00:00`, 'short') : day(period));
  const data = points.map((point) => ({ ...point, period: name(point.period) }));
  // Of a single day there is no line to draw.
  const alone = points.filter(({ members }) => members !== null).length === 1;
  const [entered, left] = [points.reduce((sum, point) => sum + point.entered, 0), points.reduce((sum, point) => sum + point.left, 0)];
  return (
    <figure style={{ margin: 0 }} aria-label={t('over')}>
      <AreaChart h={180} data={data} dataKey="period" curveType="stepAfter" withDots={alone} strokeWidth={1.5} gridAxis="x" tickLine="none" fillOpacity={0.15}
        series={[{ name: 'members', label: t('size'), color: 'var(--tl-accent)' }]} valueFormatter={(value) => number(value)}
        xAxisProps={{ minTickGap: 60, tick: TICK }} yAxisProps={{ width: 40, tick: TICK, allowDecimals: false }} areaProps={{ isAnimationActive: false }} />
      <figcaption><Text size="xs" c="dimmed">{t('over.moved', { entered: number(entered), left: number(left) })}</Text></figcaption>
    </figure>
  );
}
