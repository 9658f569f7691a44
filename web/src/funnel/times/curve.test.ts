import { expect, it } from 'vitest';
import { pointsOf } from './curve';

const step = (days: number, survival: number, low: number | null = survival - 0.1, high: number | null = survival + 0.1) =>
  ({ seconds: days * 86_400, at_risk: 1, ended: 1, survival, low, high });

it('begins with all, and falls by steps', () => {
  expect(pointsOf([step(1, 0.5), step(3, 0, null, null)])).toEqual([
    { days: 0, share: 1, band: [1, 1], before: null }, { days: 1, share: 0.5, band: [0.4, 0.6], before: null }, { days: 3, share: 0, band: null, before: null },
  ]);
});

it('has another period\'s curve at the same times, up to its end', () => {
  expect(pointsOf([step(2, 0.5)], [step(1, 0.8), step(4, 0.2)]).map(({ days, share, before }) => [days, share, before])).toEqual([
    [0, 1, 1], [1, 1, 0.8], [2, 0.5, 0.8], [4, null, 0.2],
  ]);
});
