import { describe, expect, it } from 'vitest';
import { fromLocal, toLocal } from './zone';

describe('the time zone of the person', () => {
  it('is that of what is written and shown', () => {
    expect(fromLocal('2026-07-01T09:00', 'America/Sao_Paulo').toISOString()).toBe('2026-07-01T12:00:00.000Z');
    expect(fromLocal('2026-07-01', 'Asia/Tokyo').toISOString()).toBe('2026-06-30T15:00:00.000Z');
    expect(toLocal(new Date('2026-07-01T12:00:00Z'), 'America/Sao_Paulo')).toBe('2026-07-01T09:00');
  });

  it('holds on both sides of a change of the clock', () => {
    for (const local of ['2026-03-29T01:30', '2026-03-29T03:30', '2026-10-25T00:30', '2026-10-25T04:00']) {
      expect(toLocal(fromLocal(local, 'Europe/Berlin'), 'Europe/Berlin')).toBe(local);
    }
  });

  it('knows what is no time', () => {
    expect(Number.isNaN(fromLocal('soon', 'UTC').getTime())).toBe(true);
  });
});
