import i18n from 'i18next';
import type { Schemas } from '@/api/client';
import { day, money, number } from './format';

/** A custom field's value as people read it. */
export function customText(field: Pick<Schemas['Field'], 'kind'>, value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (field.kind === 'boolean') return i18n.t(value === true ? 'ui:yes' : 'ui:no');
  if (field.kind === 'number' && typeof value === 'number') return number(value, { maximumFractionDigits: 6 });
  if (field.kind === 'date') return day(String(value));
  if (field.kind === 'money' && isMoney(value)) return money(value.amount, value.currency);
  return Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function isMoney(value: unknown): value is { amount: number; currency: string } {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}
