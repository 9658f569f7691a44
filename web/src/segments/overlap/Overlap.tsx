import { Loader, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import type { Segment } from '../data';
import classes from './Overlap.module.css';
import { circlesOf, placeOf } from './venn';

type Named = Pick<Segment, 'id' | 'name'>;

/** How two or three segments overlap: a picture and the same as a table. */
export function Overlap({ segments }: { segments: readonly Named[] }) {
  const { t } = useTranslation('segments');
  const { number } = useFormat();
  const ids = segments.map(({ id }) => id);
  const { data, error, refetch } = useQuery({
    queryKey: ['segments', 'overlap', ids],
    queryFn: () => take(api.POST('/api/v1/segments/overlap', { body: { segments: ids } })),
  });
  if (!data) return error ? <ErrorState error={error} reset={() => void refetch()} /> : <Loader size="sm" />;
  const total = data.parts.reduce((sum, { count }) => sum + count, 0);
  const nameOf = (id: string) => segments.find((segment) => segment.id === id)?.name ?? '';
  return (
    <div className={classes.both}>
      <svg viewBox="0 0 300 240" className={classes.venn} aria-hidden>
        {circlesOf(ids.length).map(({ x, y, nameX, nameY, anchor }, index) => (
          <g key={ids[index]} data-index={index}>
            <circle cx={x} cy={y} r={70} />
            <text x={nameX} y={nameY} textAnchor={anchor} className={classes.name}>{cut(segments[index]?.name ?? '')}</text>
          </g>
        ))}
        {data.parts.map(({ segments: inside, count }) => {
          const [x, y] = placeOf(ids.length, inside.map((id) => ids.indexOf(id)));
          return <text key={inside.join()} x={x} y={y} textAnchor="middle" dominantBaseline="middle" className={classes.number}>{number(count)}</text>;
        })}
      </svg>
      <Table withRowBorders verticalSpacing={5} fz="sm">
        <Table.Thead><Table.Tr><Table.Th>{t('overlap.in')}</Table.Th><Table.Th ta="right">{t('overlap.clients')}</Table.Th><Table.Th ta="right">{t('overlap.share')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {[...data.parts].sort((a, b) => b.segments.length - a.segments.length).map(({ segments: inside, count }) => (
            <Table.Tr key={inside.join()}>
              <Table.Td dir="auto">{inside.length === 1 ? t('overlap.only', { name: nameOf(inside[0] ?? '') }) : inside.map(nameOf).join(' + ')}</Table.Td>
              <Table.Td ta="right" className="tl-num">{number(count)}</Table.Td>
              <Table.Td ta="right" className="tl-num">{number(total ? count / total : 0, { style: 'percent', maximumFractionDigits: 1 })}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function cut(name: string): string {
  return name.length > 22 ? `${name.slice(0, 21)}…` : name;
}
