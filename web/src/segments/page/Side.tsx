import { MultiSelect, NativeSelect, NumberInput, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Segment, type SizeUnit, useSegmentNames, useSize } from '../data';
import { Overlap } from '../overlap/Overlap';
import { AddPeople } from './AddPeople';
import classes from './Page.module.css';
import type { Split } from './split';

const SizeChart = lazy(() => import('./SizeChart'));

interface Props {
  segment: Segment;
  split: Split;
  setSplit: (split: Split) => void;
}

/** What can be learnt of a segment besides who is in it. */
export function Side({ segment, split, setSplit }: Props) {
  return (
    <aside>
      {segment.kind === 'static' && <AddPeople segment={segment} />}
      <OverTime segment={segment} />
      {!segment.broken && <Holdout split={split} setSplit={setSplit} />}
      {!segment.broken && <Compare segment={segment} />}
    </aside>
  );
}

export function Card({ title, right, children }: { title: string; right?: React.ReactNode; children: React.ReactNode }) {
  return <section className={classes.card} aria-label={title}><h2 className={classes.title}>{title}{right}</h2>{children}</section>;
}

function OverTime({ segment }: { segment: Segment }) {
  const { t } = useTranslation('segments');
  const [unit, setUnit] = useState<SizeUnit>('day');
  const { data } = useSize(segment.id, unit);
  return (
    <Card title={t('over')} right={<NativeSelect size="xs" aria-label={t('over.unit')} value={unit}
      onChange={(event) => setUnit(event.currentTarget.value as SizeUnit)} data={(['day', 'week', 'month'] as const).map((value) => ({ value, label: t(`over.${value}`) }))} />}>
      <Suspense fallback={<Skeleton h={190} />}>{data ? <SizeChart points={data} unit={unit} /> : <Skeleton h={190} />}</Suspense>
    </Card>
  );
}

function Holdout({ split, setSplit }: Omit<Props, 'segment'>) {
  const { t } = useTranslation('segments');
  return (
    <Card title={t('holdout')}>
      <Stack gap="xs">
        <Text size="xs" c="dimmed">{t('holdout.text')}</Text>
        <NumberInput size="xs" label={t('holdout.percent')} min={1} max={99} allowDecimal={false} suffix=" %" value={split.percent}
          onChange={(next) => setSplit({ ...split, percent: Math.min(99, Math.max(1, Number(next) || 1)) })} />
        <SegmentedControl size="xs" fullWidth value={split.side} onChange={(side) => setSplit({ ...split, side: side as Split['side'] })} aria-label={t('holdout')}
          data={(['all', 'target', 'control'] as const).map((value) => ({ value, label: t(`holdout.${value}`) }))} />
      </Stack>
    </Card>
  );
}

function Compare({ segment }: { segment: Segment }) {
  const { t } = useTranslation('segments');
  const others = useSegmentNames().filter(({ id, broken }) => id !== segment.id && !broken);
  const [chosen, setChosen] = useState<string[]>([]);
  const compared = chosen.flatMap((id) => others.filter((other) => other.id === id));
  return (
    <Card title={t('overlap')}>
      <MultiSelect size="xs" aria-label={t('overlap.with')} placeholder={chosen.length ? '' : t('overlap.with')} value={chosen} onChange={setChosen} maxValues={2}
        searchable data={others.map(({ id, name }) => ({ value: id, label: name }))} mb="xs" />
      {compared.length > 0 ? <Overlap segments={[segment, ...compared]} /> : <Text size="xs" c="dimmed">{t('overlap.text')}</Text>}
    </Card>
  );
}
