import { expect, it } from 'vitest';
import { touchesBefore } from './touches';

it('shows the touches before the lead was won, those in a row on one channel as one', () => {
  const entry = (at: number, channel: string, type = 'interaction') => ({ id: String(at), type, channel, online: channel === 'web', occurred_at: `2026-01-0${at}T00:00:00Z` });
  const line = [entry(6, 'call'), entry(5, 'meeting'), entry(4, 'note'), entry(3, 'web'), entry(2, 'web'), entry(1, 'call')] as never;
  expect(touchesBefore(line, '2026-01-05T00:00:00Z').map(({ channel, count }) => [channel, count])).toEqual([['call', 1], ['web', 2], ['meeting', 1]]);
});
