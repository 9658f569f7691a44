import { describe, expect, it } from 'vitest';
import { stepsFrom } from './walk';

const stops = [{ id: 'ann', lead: '1' }, { id: 'ann', lead: '2' }, { id: 'bea', lead: '3' }, { id: 'cy', lead: '4' }];

describe('going from one client of a list to the next', () => {
  it('passes each client once', () => {
    expect(stepsFrom(stops, 'ann', '1')).toMatchObject({ place: 1, before: undefined, after: { id: 'bea' } });
    expect(stepsFrom(stops, 'bea', '3')).toMatchObject({ place: 3, count: 4, before: { id: 'ann', lead: '2' }, after: { id: 'cy' } });
    expect(stepsFrom(stops, 'cy')).toMatchObject({ place: 4, after: undefined });
  });

  it('is not offered to whoever came another way', () => {
    expect(stepsFrom(stops, 'dan')).toBeNull();
    expect(stepsFrom([{ id: 'ann' }], 'ann')).toBeNull();
  });
});
