import { expect, it } from 'vitest';
import { readAsk } from '../ask';
import { addressOf } from '../saved/address';
import { asCounted, journeyOf, readSteps, stepsOf } from './journey';

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

const pipelineOf = (stage: string) => ({ 'stage-1': 'p1', 'stage-2': 'p2' })[stage];

it('finds the words of the address for saved steps again', () => {
  const names = ['web', 'inbound', 'online', 'offline', 'won', 'stage-1'];
  const { steps } = journeyOf(readAsk({ pipeline: 'p1' }, 'p1'), names, (step) => step);
  expect(stepsOf(steps, pipelineOf)).toEqual({ steps: names, pipeline: 'p1' });
  // As the API gives them back: with what was not asked.
  const whole = { touch: { channels: ['email'], kinds: [], online: null, direction: null, channel_groups: [], campaigns: [], properties: [] } } as never;
  expect(stepsOf([whole, whole], pipelineOf)).toEqual({ steps: ['email', 'email'], pipeline: undefined });
});

it('knows for which steps the address has no words', () => {
  const email = { touch: { channels: ['email'] } } as never;
  const others = [
    { touch: { channels: ['email', 'sms'] } }, { touch: { channels: ['email'], kinds: ['open'] } }, { touch: { direction: 'outbound' } }, { stage: { kind: 'won' } },
    { stage: { stage_ids: ['stage-1', 'stage-2'] } }, { touch: { online: true }, stage: { kind: 'won', pipeline_id: 'p1' } }, {},
  ] as never[];
  for (const other of others) expect(stepsOf([email, other], pipelineOf), JSON.stringify(other)).toBeNull();
  expect(stepsOf([{ stage: { stage_ids: ['stage-1'] } }, { stage: { stage_ids: ['stage-2'] } }] as never, pipelineOf)).toBeNull();
});

it('is of certain clients, in parts, beside the period before, and comes back from what was saved', () => {
  const search = { tab: 'journey', pipeline: 'p1', steps: 'email,won', from: '2026-01-01', to: '2026-02-01', part: 'period', unit: 'week', compare: 'previous', owner_id: 'ann', source: 'fair' };
  const journey = journeyOf(readAsk({ ...search, campaign: 'of leads alone' }, ''), ['email', 'won'], (step) => step);
  expect(journey).toMatchObject({ breakdown: 'period', period: 'week', compare: 'previous', owner_id: 'ann', source: 'fair' });
  expect(journey).not.toHaveProperty('campaign');
  const saved = (parameters: object) => addressOf({ kind: 'journey', parameters: parameters as never }, pipelineOf);
  expect(saved(journey)).toEqual(search);
  // What the filters cannot show stays with what was saved.
  expect(saved({ ...journey, company_id: 'c1' })).not.toHaveProperty('steps');
});

it('asks for the clients of the period that was counted, or of that before', () => {
  const journey = journeyOf(readAsk({ from: '2026-02-01', compare: 'previous' }, 'p1'), ['email', 'won'], (step) => step);
  const before = asCounted(journey, { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', as_of: '2026-02-15T00:00:00Z' });
  expect(before).toMatchObject({ from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z', as_of: '2026-02-15T00:00:00Z' });
  expect(before).not.toHaveProperty('compare');
});

it('finds saved groups of buyers among the segments, by the last day that counts', () => {
  const saved = addressOf({ kind: 'rfm', parameters: { as_of: '2026-06-01', tz: 'UTC', team_id: 'north' } as never }, pipelineOf);
  expect(saved).toEqual({ tab: 'rfm', as_of: '2026-05-31', team_id: 'north' });
});
