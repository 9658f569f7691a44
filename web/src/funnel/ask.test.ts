import { describe, expect, it } from 'vitest';
import { readAsk, reportQuery, searchOf, spanOf, ZONE } from './ask';

const now = new Date(2026, 4, 15, 13);

describe('a named period', () => {
  it('ends before the day that follows it', () => {
    expect(spanOf('30d', now)).toEqual({ from: '2026-04-16', to: '2026-05-16' });
    expect(spanOf('last_month', now)).toEqual({ from: '2026-04-01', to: '2026-05-01' });
    expect(spanOf('quarter', now)).toEqual({ from: '2026-04-01', to: '2026-07-01' });
    expect(spanOf('last_quarter', new Date(2026, 1, 3))).toEqual({ from: '2025-10-01', to: '2026-01-01' });
    expect(spanOf('next_month', new Date(2026, 11, 3))).toEqual({ from: '2027-01-01', to: '2027-02-01' });
    expect(spanOf('next_quarter', now)).toEqual({ from: '2026-07-01', to: '2026-10-01' });
    expect(spanOf('12m', now)).toEqual({ from: '2025-05-16', to: '2026-05-16' });
    expect(spanOf('all', now)).toEqual({});
  });
});

describe('what the address asks for', () => {
  it('has defaults, and forgets what is unknown', () => {
    const ask = readAsk({ tab: 'nonsense', mode: '?', owner_id: 'ann', other: 'x' }, 'p1', now);
    expect(ask).toMatchObject({ tab: 'funnel', pipeline: 'p1', range: '12m', mode: 'reached', narrow: { owner_id: 'ann' } });
    expect(reportQuery(ask)).toEqual({ pipeline_id: 'p1', tz: ZONE, from: '2025-05-16', to: '2026-05-16', owner_id: 'ann', mode: 'reached' });
  });

  it('compares only what has a beginning', () => {
    const asked = (search: object) => reportQuery(readAsk({ compare: 'previous', tab: 'sales', ...search }, 'p1', now)).compare;
    expect([asked({}), asked({ range: 'all' }), asked({ from: '2026-01-01' })]).toEqual(['previous', undefined, 'previous']);
  });

  it('has days of expected close for a forecast alone, and compares only where both are said', () => {
    const asked = (search: object) => reportQuery(readAsk({ tab: 'forecast', compare: 'previous', range: '30d', ...search }, 'p1', now));
    expect(asked({})).toEqual({ pipeline_id: 'p1', tz: ZONE });
    expect(asked({ close: 'quarter' })).toEqual({ pipeline_id: 'p1', tz: ZONE, close_from: '2026-04-01', close_to: '2026-07-01', compare: 'previous' });
    expect(asked({ close: 'quarter', close_from: '2026-06-10' })).toEqual({ pipeline_id: 'p1', tz: ZONE, close_from: '2026-06-10' });
    expect(reportQuery(readAsk({ tab: 'sales', close: 'month', range: 'all' }, 'p1', now))).toEqual({ pipeline_id: 'p1', tz: ZONE });
  });

  it('comes back from a saved report', () => {
    const search = { tab: 'funnel', pipeline: 'p1', from: '2026-01-01', to: '2026-02-01', mode: 'all', by: 'period', unit: 'week', window: '30d', compare: 'last_year', campaign: 'spring' };
    expect(searchOf('funnel', reportQuery(readAsk(search, '', now)))).toEqual(search);
    const forecast = { tab: 'forecast', pipeline: 'p1', close_from: '2026-04-01', close_to: '2026-07-01', compare: 'previous', source: 'fair' };
    expect(searchOf('forecast', reportQuery(readAsk(forecast, '', now)))).toEqual(forecast);
    expect(searchOf('journey', {})).toBeNull();
    expect(searchOf('activity', reportQuery(readAsk({ tab: 'team', range: 'all', source: 'fair', team_id: 'north' }, 'p1', now)))).toEqual({ tab: 'team', range: 'all', team_id: 'north' });
  });
});
