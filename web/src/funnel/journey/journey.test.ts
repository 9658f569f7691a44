import { expect, it } from 'vitest';
import { readAsk } from '../ask';
import { journeyOf, readSteps } from './journey';

it('takes steps from the address, and some where it names fewer than two', () => {
  expect(readSteps('email,call')).toEqual(['email', 'call']);
  expect(readSteps('email')).toEqual(['web', 'open', 'won']);
  expect(readSteps(undefined)).toHaveLength(3);
});

it('asks for touchpoints and stages in one order', () => {
  const ask = readAsk({ range: 'all', pipeline: 'p1', window: '30d' }, 'p1');
  const { steps, window } = journeyOf(ask, ['offline', 'won', 'stage-1'], (step) => step.toUpperCase());
  expect(steps).toEqual([
    { name: 'OFFLINE', touch: { online: false } },
    { name: 'WON', stage: { kind: 'won', pipeline_id: 'p1' } },
    { name: 'STAGE-1', stage: { stage_ids: ['stage-1'] } },
  ]);
  expect(window).toBe('30d');
});
