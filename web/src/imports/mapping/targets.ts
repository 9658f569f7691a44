import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFields, usePipelines } from '@/app/lookups';
import type { Mapping } from '../data';
import { NEW_FIELDS } from './fields';

const CONTACT = [
  'given_name', 'family_name', 'display_name', 'email', 'phone', 'job_title', 'company', 'owner', 'tags', 'source', 'language', 'time_zone', 'address.street', 'address.postal_code',
  'address.city', 'address.region', 'address.country', 'note', 'email_opt_out',
];
const COMPANY = [
  'name', 'domain', 'website', 'industry', 'email', 'phone', 'owner', 'tags', 'source', 'address.street', 'address.postal_code', 'address.city', 'address.region', 'address.country', 'parent',
];
const LEAD = [
  'title', 'pipeline', 'stage', 'stage_at', 'amount', 'currency', 'owner', 'source', 'source_id', 'entered_at', 'expected_close_on', 'closed_at', 'lost_reason', 'note', 'utm_source',
  'utm_medium', 'utm_campaign', 'utm_term', 'utm_content',
];
const TOUCHPOINT = [
  'channel', 'kind', 'occurred_at', 'direction', 'subject', 'body', 'amount', 'currency', 'campaign', 'source', 'source_id', 'done', 'assignee', 'utm_source', 'utm_medium', 'utm_campaign',
  'utm_term', 'utm_content',
];

export interface TargetGroup {
  group: string;
  items: { value: string; label: string }[];
}

/** Where a column can go; what the mapping names and is not among it stands last. */
export function useTargets(mapping: Mapping): TargetGroup[] {
  const { t } = useTranslation('imports');
  const [contact, company, lead] = [useFields('contact'), useFields('company'), useFields('lead')];
  const { list } = usePipelines();
  const source = mapping.source ?? 'import';
  const known = useMemo(() => {
    const own = (prefix: string, names: string[]) => names.map((name) => ({ value: `${prefix}${name}`, label: t(`target.${name}`) }));
    const custom = (prefix: string, fields: typeof contact) => fields.map(({ key, label }) => ({ value: `${prefix}${key}`, label }));
    const stages = [...new Set(list.flatMap(({ stages }) => stages.map(({ name }) => name)))];
    return [
      { group: t('group.contact'), items: [...own('', CONTACT), ...custom('custom.', contact), { value: `external_id:${source}`, label: t('target.external_id', { source }) }] },
      { group: t('group.company'), items: [...own('company.', COMPANY), ...custom('company.custom.', company), { value: `company_id:${source}`, label: t('target.company_id', { source }) }] },
      { group: t('group.lead'), items: [...own('lead.', LEAD), ...custom('lead.custom.', lead), ...stages.map((name) => ({ value: `stage:${name}`, label: t('target.stage_entered', { name }) })), ...stages.map((name) => ({ value: `left:${name}`, label: t('target.stage_left', { name }) }))] },
      { group: t('group.touchpoint'), items: own('touchpoint.', TOUCHPOINT) },
      { group: t('group.new'), items: NEW_FIELDS.map((value) => ({ value, label: t(`${value.replace(/[:.]/g, '_')}`) })) },
    ];
  }, [t, contact, company, lead, list, source]);
  return useMemo(() => {
    const values = new Set(known.flatMap(({ items }) => items.map(({ value }) => value)));
    const others = [...new Set(mapping.fields.map(({ target }) => target))].filter((target) => !values.has(target));
    const label = (target: string) => mapping.fields.find((field) => field.target === target)?.label ?? target;
    return others.length === 0 ? known : [...known, { group: t('group.others'), items: others.map((value) => ({ value, label: label(value) })) }];
  }, [known, mapping.fields, t]);
}
