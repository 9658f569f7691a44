import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { prefs } from '@/app/prefs';
import { useStore } from '@/app/useStore';
import classes from './DataTable.module.css';
import type { Choice } from './useChoice';
import { useRowKeys } from './useRowKeys';

export interface Column<T> {
  id: string;
  title: string;
  /** Pixels; the first column takes what is left. */
  width: number;
  cell: (row: T) => ReactNode;
  /** Numbers stand on the right. */
  right?: boolean;
  /** The API's name of the order by this column, where it has one. */
  sort?: string;
}

interface Props<T extends { id: string }> {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  name: (row: T) => string;
  open: (row: T) => void;
  choice?: Choice;
  hasMore: boolean;
  loading: boolean;
  loadMore: () => void;
  /** The present order, `name` or `-name`, those there are, and how it is changed. */
  sort?: string;
  sorts?: readonly string[];
  setSort?: (sort: string) => void;
}

const ROW_PX = { comfortable: 44, compact: 34 };
/** Rows before the end of what is loaded at which the next page is asked for. */
const AHEAD = 60;
const WAITING = 12;

/**
 * A list of any length: only the rows in sight are drawn, and pages are read as the list is scrolled. A row is drawn
 * anew dozens of times a second, so what is in it are plain elements.
 */
export function DataTable<T extends { id: string }>(props: Props<T>) {
  const { rows, columns, choice, hasMore, loading, loadMore } = props;
  const { t } = useTranslation('ui');
  const frame = useRef<HTMLDivElement>(null);
  const { density } = useStore(prefs);
  const count = rows.length + (hasMore || loading ? WAITING : 0);
  const virtual = useVirtualizer({ count, getScrollElement: () => frame.current, estimateSize: () => ROW_PX[density], overscan: 6, useFlushSync: false });
  useEffect(() => virtual.measure(), [density, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loading && last > rows.length - AHEAD) loadMore();
  }, [hasMore, loading, last, rows.length, loadMore]);
  const active = useRowKeys({ rows, open: props.open, toggle: choice?.toggle, show: (index) => virtual.scrollToIndex(index) });
  const grid = `${choice ? '36px ' : ''}${columns.map((column, index) => (index === 0 ? `minmax(${column.width}px, 1fr)` : `${column.width}px`)).join(' ')}`;
  const width = columns.reduce((sum, column) => sum + column.width, choice ? 36 : 0) + 24;
  const style = { '--grid': grid, minWidth: width } as React.CSSProperties;
  return (
    <div ref={frame} className={classes.frame} role="table" aria-label={props.label} aria-rowcount={hasMore ? -1 : rows.length + 1} tabIndex={0}>
      <div role="rowgroup" className={classes.head} style={style}>
        <div role="row" className={classes.row} aria-rowindex={1}>
          {choice && (
            <div role="columnheader" className={classes.box}>
              <input type="checkbox" className={classes.check} aria-label={t('choose.all')} checked={choice.size > 0 && choice.size === rows.length}
                ref={(box) => { if (box) box.indeterminate = choice.size > 0 && choice.size < rows.length; }} onChange={() => choice.all(rows.map((row) => row.id))} />
            </div>
          )}
          {columns.map((column) => <Heading key={column.id} column={column} {...props} />)}
        </div>
      </div>
      <div role="rowgroup" style={{ ...style, height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(({ index, start }) => {
          const row = rows[index];
          return (
            <div key={index} className={classes.place} style={{ transform: `translateY(${start}px)` }} role="presentation">
              {row ? (
                <Row row={row} index={index} columns={columns} name={props.name} open={props.open} active={index === active}
                  chosen={choice?.has(row.id) ?? false} toggle={choice?.toggle} />
              ) : <Waiting columns={columns.length} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}

type HeadingProps<T> = { column: Column<T> } & Pick<Props<T & { id: string }>, 'sort' | 'sorts' | 'setSort'>;

function Heading<T>({ column, sort, sorts = [], setSort }: HeadingProps<T>) {
  const orders = column.sort ? [column.sort, `-${column.sort}`].filter((order) => sorts.includes(order)) : [];
  const down = sort === `-${column.sort}`;
  const active = column.sort !== undefined && (down || sort === column.sort);
  const next = orders.find((order) => order !== sort);
  return (
    <div role="columnheader" className={classes.cell} data-right={column.right} aria-sort={active ? (down ? 'descending' : 'ascending') : undefined}>
      {next && setSort ? (
        <button type="button" className={classes.sort} onClick={() => setSort(next)}>
          {column.title}{active && (down ? <IconArrowDown size={12} aria-hidden /> : <IconArrowUp size={12} aria-hidden />)}
        </button>
      ) : column.title}
    </div>
  );
}

interface RowProps<T> {
  row: T;
  index: number;
  columns: readonly Column<T>[];
  name: (row: T) => string;
  open: (row: T) => void;
  active: boolean;
  chosen: boolean;
  toggle?: (id: string) => void;
}

function PlainRow<T extends { id: string }>({ row, index, columns, name, open, active, chosen, toggle }: RowProps<T>) {
  const { t } = useTranslation('ui');
  return (
    <div role="row" className={classes.row} data-active={active || undefined} data-chosen={chosen || undefined} aria-rowindex={index + 2}
      onClick={() => open(row)}>
      {toggle && (
        <div role="cell" className={classes.box} onClick={(event) => event.stopPropagation()}>
          <input type="checkbox" className={classes.check} aria-label={t('choose.row', { name: name(row) })} checked={chosen} onChange={() => toggle(row.id)} />
        </div>
      )}
      {columns.map((column) => <div key={column.id} role="cell" className={classes.cell} data-right={column.right}>{column.cell(row)}</div>)}
    </div>
  );
}

const Row = memo(PlainRow) as typeof PlainRow;

function Waiting({ columns }: { columns: number }) {
  return (
    <div className={classes.row} role="row" aria-hidden>
      {Array.from({ length: Math.min(columns, 5) }, (_, index) => <div key={index} role="cell" className={classes.cell}><i className={classes.waiting} /></div>)}
    </div>
  );
}
