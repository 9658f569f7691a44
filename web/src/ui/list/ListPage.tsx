import { Group, NativeSelect } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import { useCallback, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { FilterBar } from '@/ui/filters/FilterBar';
import type { FilterField } from '@/ui/filters/model';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { ColumnMenu } from '@/ui/table/ColumnMenu';
import { type Column, DataTable } from '@/ui/table/DataTable';
import { type Choice, useChoice } from '@/ui/table/useChoice';
import { useColumns } from '@/ui/table/useColumns';
import { ExportButton } from './ExportButton';
import { SearchField } from './SearchField';
import { useListSearch } from './useListSearch';
import { type RowPage, useRows } from './useRows';
import { isSame, toSearch, toView } from './views/search';
import { useCurrentView } from './views/useCurrentView';
import { ViewMenu } from './views/ViewMenu';

interface Props<T extends { id: string }> {
  /** Its name in the API and of its texts. */
  list: 'contacts' | 'companies' | 'leads';
  icon: Icon;
  fields: FilterField[];
  columns: Column<T>[];
  /** The columns that are shown until somebody chooses others. */
  first: string[];
  /** The orders that the API knows, its own first. */
  sorts: readonly string[];
  read: (query: object, signal: AbortSignal) => Promise<RowPage<T>>;
  name: (row: T) => string;
  open: (row: T, rows: readonly T[]) => void;
  /** Beside the search. */
  actions?: ReactNode;
  /** For an empty list: how it is filled. */
  begin?: ReactNode;
  /** What can be done with chosen rows; without it none can be chosen. */
  bulk?: (choice: Choice, rows: readonly T[], shown: Column<T>[]) => ReactNode;
}

/** A list with its search, filters, order, columns, views, export, and what is done with chosen rows. */
export function ListPage<T extends { id: string }>(props: Props<T>) {
  const { list: name, sorts, bulk, open } = props;
  const { t } = useTranslation(name);
  const { views, view, fields } = useCurrentView(name, props.fields);
  const list = useListSearch(fields);
  const found = useRows<T>(name, list.query, props.read);
  const columns = useColumns(name, props.columns, props.first, view);
  const choice = useChoice();
  const { rows } = found;
  const openRow = useCallback((row: T) => open(row, rows), [open, rows]);
  const narrowed = list.q !== '' || Object.keys(list.filters).length > 0;
  const sort = list.sort ?? sorts[0] ?? '';
  const now = { ...toView(list.filters, list.q, list.sort, fields), columns: columns.shown.slice(1).map(({ id }) => id) };
  const words = { fields, columns: props.columns, sort: (value: string) => t(`${name}:sort.${value}`) };
  return (
    <Page full>
      <PageHeader title={t(`${name}:title`)} note={found.total !== null && t('ui:rows', { count: found.total })}>
        <SearchField label={t(`${name}:search`)} value={list.q} change={list.setQ} />
        {props.actions}
      </PageHeader>
      <Group justify="space-between" mb="sm" gap="xs" className="tl-toolbar">
        <FilterBar fields={fields} values={list.filters} change={list.setFilters} />
        <Group gap={6} className="tl-tools">
          <NativeSelect size="xs" aria-label={t('ui:sort')} value={sort} onChange={(event) => list.setSort(event.currentTarget.value)}
            data={sorts.map((value) => ({ value, label: t(`${name}:sort.${value}`) }))} />
          <ViewMenu list={name} views={views} view={view} now={now} changed={view !== undefined && (columns.changed || !isSame(now, view))} words={words}
            open={(next) => list.setAll(next ? { ...toSearch(next, fields), view: next.id } : {})} />
          <ColumnMenu all={columns.all} ids={columns.ids} setIds={columns.setIds} reset={columns.reset} />
          <ExportButton list={name} query={list.query} />
        </Group>
      </Group>
      {found.error && rows.length === 0 ? <ErrorState error={found.error} reset={found.retry} />
        : found.total === 0 && !found.loading ? (
          <EmptyState icon={props.icon} title={t(`${name}:${narrowed ? 'nothing' : 'empty'}.title`)} text={t(`${name}:${narrowed ? 'nothing' : 'empty'}.text`)}>{!narrowed && props.begin}</EmptyState>
        ) : (
          <DataTable label={t(`${name}:title`)} columns={columns.shown} name={props.name} open={openRow} choice={bulk && choice} sort={sort} sorts={sorts} setSort={list.setSort} {...found} />
        )}
      {bulk?.(choice, rows, columns.shown)}
    </Page>
  );
}
