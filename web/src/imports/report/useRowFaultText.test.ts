import { renderHook } from '@testing-library/react';
import i18n from 'i18next';
import { initReactI18next } from 'react-i18next';
import { describe, expect, it } from 'vitest';
import app from '@/app/locales/ru.json';
import imports from '../locales/ru.json';
import { useRowFaultText } from './useRowFaultText';

async function inLanguage(lng: string) {
  await i18n.use(initReactI18next).init({ lng, fallbackLng: false, resources: { ru: { imports, app } }, keySeparator: false, interpolation: { escapeValue: false } });
  return renderHook(() => useRowFaultText()).result.current;
}

const fault = (code: string, params: object | null, column_name: string | null = 'Email') => ({ row_number: 1, severity: 'error' as const, message: 'said in English', code, column_name, params: params as never });

describe('what is wrong with a row', () => {
  it('is told with what differs, where the import tells it', async () => {
    const text = await inLanguage('ru');
    expect(text(fault('ragged', { cells: 1, expected: 3 }, null))).toBe('Ячеек в строке: 1, в заголовке: 3.');
    expect(text(fault('ragged', null, null))).toBe(imports['fault.ragged']);
    expect(text(fault('unknown', { what: 'stage', name: 'Offer' }))).toBe('В воронке нет этапа «Offer».');
    expect(text(fault('unknown', {}))).toBe(app['fault.unknown']);
    expect(text(fault('length', { min: 1, max: 1200 }))).toMatch(/^От 1 до 1\s200 знаков/);
  });

  it('tells the cell where that does not stand beside it', async () => {
    const text = await inLanguage('ru');
    expect(text(fault('format', { value: 'nobody' }), true)).toBe(`Email «nobody»: ${app['fault.format']}`);
    expect(text(fault('format', null), true)).toBe(`Email: ${app['fault.format']}`);
  });

  it('is told in the server’s words where those are understood', async () => {
    const text = await inLanguage('en');
    expect(text(fault('ragged', { cells: 1, expected: 3 }), true)).toBe('Email: said in English');
  });
});
