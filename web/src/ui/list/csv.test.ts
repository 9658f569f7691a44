import { expect, it } from 'vitest';
import { toCsv } from './csv';

it('quotes what has to be, and makes no formulas', () => {
  expect(toCsv([['Title', 'Amount'], ['Roof, "big"', '-12.5'], ['=cmd()', null]])).toBe('Title,Amount\r\n"Roof, ""big""",-12.5\r\n\'=cmd(),\r\n');
});
