import type { Schemas } from '@/api/client';
import type { Column } from '../data';

type Fault = Schemas['ImportError'];

/** A row of the file with all that is wrong with it. */
export interface FaultyRow {
  number: number;
  cells: readonly string[];
  /** What is wrong with the row as a whole. */
  whole: Fault[];
  /** What is wrong with a column, by its name. */
  byColumn: ReadonlyMap<string, Fault[]>;
}

/** Faults by row: those of a column that is in the file stand at its cell, the others at the row. */
export function faultyRows(faults: readonly Fault[], columns: readonly Pick<Column, 'name'>[]): FaultyRow[] {
  const names = new Set(columns.map(({ name }) => name));
  const rows = new Map<number, FaultyRow & { byColumn: Map<string, Fault[]> }>();
  for (const fault of faults) {
    const row = rows.get(fault.row_number) ?? { number: fault.row_number, cells: fault.record ?? [], whole: [], byColumn: new Map<string, Fault[]>() };
    rows.set(fault.row_number, row);
    const column = fault.column_name;
    if (column != null && names.has(column) && row.cells.length > 0) row.byColumn.set(column, [...(row.byColumn.get(column) ?? []), fault]);
    else row.whole.push(fault);
  }
  return [...rows.values()];
}
