import { expect, it } from 'vitest';
import { readRfm, rfmQuery } from './ask';

it('takes from the address what it knows', () => {
  expect(readRfm({ tab: 'rfm', as_of: '2026-03-31', owner_id: 'ann', team_id: '', source: 'fair' })).toEqual({ as_of: '2026-03-31', owner_id: 'ann' });
  expect(readRfm({ as_of: 'yesterday' })).toEqual({});
});

it('counts what was until the end of the day', () => {
  expect(rfmQuery({ as_of: '2026-12-31', segment_id: 's' })).toEqual({ as_of: '2027-01-01', tz: Intl.DateTimeFormat().resolvedOptions().timeZone, segment_id: 's' });
  expect(rfmQuery({ owner_id: 'ann' })).toEqual({ owner_id: 'ann' });
});
