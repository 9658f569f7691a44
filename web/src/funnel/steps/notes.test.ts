import { expect, it } from 'vitest';
import { notesOf } from './notes';

const t = ((key: string, gaps: object) => `${key} ${JSON.stringify(gaps)}`) as never;

it('says in other words what the API says in English, and leaves out what stands above the rows', () => {
  const notes = [
    'A lead is counted in the row of each segment that its client is in: rows overlap, and their sum is not the total.',
    'These segments are broken and have no row: Big, "Old" ones.',
    'Something new.',
  ];
  expect(notesOf({ notes }, t)).toEqual(['funnel:broken {"names":"Big, \\"Old\\" ones"}', 'Something new.']);
});
