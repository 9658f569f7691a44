import { describe, expect, it } from 'vitest';
import { faultyRows } from './rows';

const fault = (row_number: number, column_name: string | null, record: string[] | null = ['a', 'b']) => ({ row_number, column_name, severity: 'error' as const, code: 'format', message: `${row_number} ${column_name}`, record });
const columns = [{ name: 'Email' }, { name: 'Phone' }];

describe('faults of a file', () => {
  it('stand at their row and cell', () => {
    const [first, second] = faultyRows([fault(2, 'Email'), fault(2, 'Phone'), fault(5, null)], columns);
    expect(first?.number).toBe(2);
    expect([...(first?.byColumn.keys() ?? [])]).toEqual(['Email', 'Phone']);
    expect(second?.whole.map(({ message }) => message)).toEqual(['5 null']);
  });

  it('stand at the row where the cell is not known', () => {
    const rows = faultyRows([fault(1, 'Gone'), fault(2, 'Email', null)], columns);
    expect(rows.map(({ whole }) => whole.length)).toEqual([1, 1]);
  });
});
