import { expect, it } from 'vitest';
import type { Funnel } from '../useReport';
import { channelsOf } from './channels';

const group = (bucket: string | null, leads: number, won: number) => ({
  bucket, cohort: leads, modes: [{ steps: [
    { stage_id: 'new', kind: 'open', entered: leads },
    { stage_id: 'won', kind: 'won', entered: won, from_first: leads ? won / leads : null, value: [{ currency: 'EUR', amount: won * 100 }], median_seconds: 60 },
  ] }],
});

it('tells the greatest channel first, each beside what it was before', () => {
  const report = { groups: [group('Email', 4, 1), group(null, 10, 5)], total: group(null, 14, 6), compared: { groups: [group('Email', 8, 4)], total: group(null, 8, 4) } };
  const { channels, total } = channelsOf(report as unknown as Funnel);
  expect(channels.map(({ bucket, leads, wins, rate }) => [bucket, leads, wins, rate])).toEqual([[null, 10, 5, 0.5], ['Email', 4, 1, 0.25]]);
  expect(channels.map(({ before }) => before?.rate)).toEqual([undefined, 0.5]);
  expect([total.first, total.won, total.before?.leads]).toEqual(['new', 'won', 8]);
});
