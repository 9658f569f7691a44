import { Badge, Group } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import type { Column } from '@/ui/table/DataTable';
import { When } from '@/ui/When';
import { type Segment, sentenceOf, useSize } from './data';
import { Spark } from './Spark';

export function useSegmentColumns(): Column<Segment>[] {
  const { t } = useTranslation('segments');
  return useMemo(() => [
    { id: 'name', title: t('name'), width: 220, cell: (segment) => <span style={{ fontWeight: 550 }} dir="auto">{segment.name}</span> },
    { id: 'kind', title: t('kind'), width: 110, cell: (segment) => <Kind segment={segment} /> },
    { id: 'size', title: t('size'), width: 170, cell: (segment) => <Size segment={segment} /> },
    { id: 'rule', title: t('rule'), width: 520, cell: (segment) => <span style={{ color: 'var(--mantine-color-dimmed)' }} title={sentenceOf(segment.words) ?? undefined}>{sentenceOf(segment.words) ?? segment.description}</span> },
    { id: 'updated', title: t('updated'), width: 130, cell: (segment) => <When at={segment.updated_at} /> },
  ], [t]);
}

export function Kind({ segment }: { segment: Segment }) {
  const { t } = useTranslation('segments');
  if (segment.broken) return <Badge variant="light" color="red" c="var(--tl-bad)">{t('kind.broken')}</Badge>;
  return <Badge variant="light" color={segment.kind === 'dynamic' ? 'iris' : 'gray'} c={segment.kind === 'dynamic' ? 'var(--tl-accent)' : 'var(--mantine-color-text)'}>{t(`kind.${segment.kind}`)}</Badge>;
}

/** How many there are, and how that went over the last days. */
function Size({ segment }: { segment: Segment }) {
  const { number } = useFormat();
  const { data } = useSize(segment.id, 'day');
  const last = data?.at(-1);
  if (!data || !last) return null;
  return <Group gap={10} wrap="nowrap"><span className="tl-num" style={{ minWidth: 52, textAlign: 'right', fontWeight: 550 }}>{segment.broken || last.members == null ? '—' : number(last.members)}</span><Spark values={data.flatMap(({ members }) => members ?? [])} /></Group>;
}
