import i18n from 'i18next';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { day, decimals, money, relative, rough, roundMoney, toMinor } from './format';

beforeEach(async () => {
  await i18n.init({ lng: 'en', resources: {} });
  vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['en-GB']);
});

describe('money', () => {
  it('has as many decimals as its currency', () => {
    expect([decimals('EUR'), decimals('JPY'), decimals('KWD')]).toEqual([2, 0, 3]);
    expect(money(123456, 'EUR')).toBe('€1,234.56');
    expect(money(123400, 'EUR')).toBe('€1,234');
    expect(roundMoney(123456.4, 'EUR')).toBe('€1,235');
    expect(money(1234, 'JPY')).toBe('¥1,234');
    expect(money(1234567, 'KWD')).toContain('1,234.567');
  });

  it('is shown as it is where the currency is unknown', () => {
    expect(money(100, '??')).toBe('1 ??');
  });

  it('is read back into minor units', () => {
    expect(toMinor('1 250,50', 'EUR')).toBe(125050);
    expect([toMinor('1,250', 'EUR'), toMinor('1,250.50', 'EUR'), toMinor('12,5', 'EUR'), toMinor('1.250,50', 'EUR')]).toEqual([125000, 125050, 1250, 125050]);
    expect(toMinor(19.99, 'EUR')).toBe(1999);
    expect(toMinor('7', 'JPY')).toBe(7);
    expect([toMinor('', 'EUR'), toMinor('x', 'EUR')]).toEqual([null, null]);
  });
});

describe('time', () => {
  it('is told from now', () => {
    const now = Date.parse('2026-03-10T12:00:00Z');
    expect(relative('2026-03-07T12:00:00Z', now)).toBe('3 days ago');
    expect(relative('2026-03-10T14:00:00Z', now)).toContain('2 hours');
  });

  it('is one unit where it need not be exact', () => {
    expect([rough(1500), rough(56_460), rough(200_000), rough(2_000_000)]).toEqual(['25m', '16h', '2.3d', '23d']);
  });

  it('keeps a day without a time the same day everywhere', () => {
    expect(day('2026-03-01')).toBe('1 Mar 2026');
  });
});
