import i18n from 'i18next';
import type { Schemas } from '@/api/client';
import { day, money, number } from './format';

/** A choice as people read it: choices have no labels, and many are words of programs, such as `heat_pump`. */
export function choiceText(choice: string): string {
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(choice)) return choice;
  const words = choice.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const choicesOf = (options: readonly string[]) => options.map((value) => ({ value, label: choiceText(value) }));

/** The value of a field of any record, where it is one that the organisation has made for itself. */
export function customTextOf(fields: readonly Schemas['Field'][], key: string, value: unknown): string | null {
  const field = fields.find((one) => `custom.${one.key}` === key);
  return field ? customText(field, value) : null;
}

/** A custom field's value as people read it. */
export function customText(field: Pick<Schemas['Field'], 'kind'>, value: unknown): string {
  if (value === null || value === undefined || value === '') return '';
  if (field.kind === 'boolean') return i18n.t(value === true ? 'ui:yes' : 'ui:no');
  if (field.kind === 'number' && typeof value === 'number') return number(value, { maximumFractionDigits: 6 });
  if (field.kind === 'date') return day(String(value));
  if (field.kind === 'money' && isMoney(value)) return money(value.amount, value.currency);
  if (field.kind === 'choice' || field.kind === 'multi_choice') return [value].flat().map(String).map(choiceText).join(', ');
  return Array.isArray(value) ? value.join(', ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function isMoney(value: unknown): value is { amount: number; currency: string } {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}
