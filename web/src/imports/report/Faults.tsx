import { Button, Group, Table } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { download } from '@/ui/download';
import { useFormat } from '@/ui/format';
import { notifyProblem } from '@/ui/notify';
import type { Column, Import } from '../data';
import { useRowFaultText } from './useRowFaultText';
import classes from '../Imports.module.css';
import { type FaultyRow, faultyRows } from './rows';

const NO_COLUMNS: Column[] = [];

/** What is wrong, in its place: the rows of the file with the cells that are to blame. */
export function Faults({ found, count }: { found: Import; count: number }) {
  const { t } = useTranslation('imports');
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['imports', 'errors', found.id, found.updated_at], enabled: count > 0, initialPageParam: '',
    queryFn: ({ pageParam }): Promise<Schemas['Page_ImportError']> => take(api.GET('/api/v1/imports/{id}/errors', { params: { path: { id: found.id }, query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: (before) => before,
  });
  const columns = found.proposal?.columns ?? NO_COLUMNS;
  const rows = useMemo(() => faultyRows(data?.pages.flatMap(({ items }) => items) ?? [], columns), [data, columns]);
  const whole = columns.length === 0 || rows.some((row) => row.whole.length > 0);
  if (count === 0) return null;
  const save = () => download(`/api/v1/imports/${found.id}/errors.csv`, {}, `${found.filename} ${t('faults')}.csv`).catch(notifyProblem);
  return (
    <section>
      <Group justify="space-between" my="xs">
        <h2 className={classes.title} style={{ margin: 0 }}>{t('faults')}</h2>
        <Button variant="default" leftSection={<IconDownload size={15} />} onClick={() => void save()}>{t('faults.save')}</Button>
      </Group>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('faults')}>
        <Table className={classes.rows} verticalSpacing={6}>
          <Table.Thead><Table.Tr><Table.Th>{t('row')}</Table.Th>{whole && <Table.Th>{t('faults.row')}</Table.Th>}{columns.map(({ position, name }) => <Table.Th key={position}>{name}</Table.Th>)}</Table.Tr></Table.Thead>
          <Table.Tbody>{rows.map((row) => <Row key={row.number} row={row} columns={columns} whole={whole} />)}</Table.Tbody>
        </Table>
      </div>
      {hasNextPage && <Button mt="xs" variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('faults.more')}</Button>}
    </section>
  );
}

function Row({ row, columns, whole }: { row: FaultyRow; columns: readonly Column[]; whole: boolean }) {
  const { number } = useFormat();
  return (
    <Table.Tr>
      <Table.Th scope="row" className="tl-num">{number(row.number)}</Table.Th>
      {whole && <Cell faults={row.whole}>{columns.length === 0 && row.cells.join(' · ')}</Cell>}
      {columns.map(({ position, name }) => <Cell key={position} faults={row.byColumn.get(name) ?? []}>{row.cells[position - 1]}</Cell>)}
    </Table.Tr>
  );
}

function Cell({ faults, children }: { faults: FaultyRow['whole']; children: React.ReactNode }) {
  const text = useRowFaultText();
  const severity = faults.some((fault) => fault.severity === 'error') ? 'error' : faults.length > 0 ? 'warning' : undefined;
  return (
    <Table.Td data-fault={severity} dir="auto">
      {children}
      {faults.map((fault) => <small key={fault.message}>{text(fault, children === false)}</small>)}
    </Table.Td>
  );
}
