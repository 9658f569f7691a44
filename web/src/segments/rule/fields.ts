import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFields } from '@/app/lookups';

/** What values a field has, and so which tests there are. */
export type ValueKind = 'text' | 'choice' | 'email' | 'phone' | 'number' | 'money' | 'date' | 'instant' | 'boolean' | 'list' | 'user' | 'company';

export interface RuleField {
  name: string;
  label: string;
  kind: ValueKind;
  options: string[];
  /** Whether changes of it are kept, so that a rule can ask for them. */
  kept: boolean;
}

const OWN: [string, ValueKind, boolean][] = [
  ['given_name', 'text', true], ['family_name', 'text', true], ['display_name', 'text', true], ['job_title', 'text', true], ['email', 'email', true],
  ['phone', 'phone', true], ['owner', 'user', true], ['source', 'text', true], ['city', 'text', true], ['region', 'text', true], ['postal_code', 'text', true],
  ['country', 'text', true], ['language', 'text', true], ['time_zone', 'text', true], ['anonymous', 'boolean', false], ['created_at', 'instant', false],
  ['updated_at', 'instant', false], ['company', 'company', true],
];
const OF_COMPANY = ['company.name', 'company.industry', 'company.domain', 'company.city', 'company.country', 'company.source'];

const KINDS: Record<Schemas['FieldKind'], ValueKind> = {
  text: 'text', url: 'text', choice: 'choice', multi_choice: 'list', number: 'number', money: 'money', date: 'date', boolean: 'boolean',
};

export function ownField(prefix: string, field: Schemas['Field']): RuleField {
  return { name: `${prefix}${field.key}`, label: field.label, kind: KINDS[field.kind], options: field.options, kept: prefix === 'custom.' };
}

export interface FieldGroup {
  group: string;
  fields: RuleField[];
}

/** Every field that a rule can ask for. */
export function useRuleFields(): FieldGroup[] {
  const { t } = useTranslation('segments');
  const [contact, company] = [useFields('contact'), useFields('company')];
  return useMemo(() => [
    { group: t('fields.client'), fields: OWN.map(([name, kind, kept]) => ({ name, label: t(`field.${name}`), kind, options: [], kept })) },
    { group: t('fields.own'), fields: contact.map((field) => ownField('custom.', field)) },
    { group: t('fields.company'), fields: OF_COMPANY.map((name) => ({ name, label: t(`field.${name}`), kind: 'text' as const, options: [], kept: false })) },
    { group: t('fields.company.own'), fields: company.map((field) => ownField('company.custom.', field)) },
  ].filter(({ fields }) => fields.length > 0), [t, contact, company]);
}

const OPERATORS: Record<ValueKind, string[]> = {
  text: ['is', 'is_not', 'contains', 'starts_with', 'ends_with'],
  choice: ['is', 'is_not', 'contains', 'starts_with', 'ends_with'],
  email: ['is', 'is_not', 'contains', 'starts_with', 'domain'],
  phone: ['is', 'is_not', 'contains', 'starts_with'],
  number: ['is', 'is_not', 'between', 'at_least', 'at_most'],
  boolean: ['is', 'is_not'],
  user: ['is', 'is_not'],
  company: ['is', 'is_not'],
  money: ['between', 'at_least', 'at_most'],
  date: ['is', 'is_not', 'between', 'at_least', 'at_most', 'in_last_days', 'in_next_days', 'anniversary_in_next_days'],
  instant: ['in'],
  list: ['has_any', 'has_all'],
};

export function operatorsOf({ kind, kept }: Pick<RuleField, 'kind' | 'kept'>): string[] {
  return [...OPERATORS[kind], 'filled', 'empty', ...(kept ? ['changed_in_last'] : [])];
}

/** How a value is asked for, by the kind of the field and the operator. */
export type Entry =
  | 'none' | 'texts' | 'options' | 'text' | 'numbers' | 'number' | 'numbers2' | 'day' | 'days2' | 'count' | 'truth' | 'users' | 'companies' | 'money' | 'money2' | 'window' | 'span';

export function entryOf(kind: ValueKind, op: string): Entry {
  if (op === 'empty' || op === 'filled') return 'none';
  if (op === 'changed_in_last') return 'span';
  if (['in_last_days', 'in_next_days', 'anniversary_in_next_days'].includes(op)) return 'count';
  if (['contains', 'starts_with', 'ends_with'].includes(op)) return 'text';
  const two = op === 'between';
  switch (kind) {
    case 'number': return two ? 'numbers2' : op === 'is' || op === 'is_not' ? 'numbers' : 'number';
    case 'date': return two ? 'days2' : 'day';
    case 'money': return two ? 'money2' : 'money';
    case 'instant': return 'window';
    case 'boolean': return 'truth';
    case 'user': return 'users';
    case 'company': return 'companies';
    case 'choice': case 'list': return 'options';
    default: return 'texts';
  }
}
