import { TagsInput } from '@mantine/core';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFields, useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { customText, customTextOf } from '@/ui/custom';
import { useFormat } from '@/ui/format';
import { notifyProblem } from '@/ui/notify';
import { CustomField } from '@/ui/record/CustomField';
import { Field, InlineSelect, InlineText } from '@/ui/record/Inline';
import classes from '@/ui/record/Record.module.css';
import { When } from '@/ui/When';
import { type Company, useSaveCompany } from './useCompany';

type Text = 'name' | 'domain' | 'website' | 'industry' | 'email' | 'phone' | 'source';

/** The company's fields; each is edited where it stands. */
export function About({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const users = useUsers();
  const fields = useFields('company');
  const readOnly = !useMay('companies:write');
  const { country } = useFormat();
  const label = useCallback((key: string) => fields.find((field) => `custom.${field.key}` === key)?.label ?? t(`${key}`), [t, fields]);
  const show = useCallback((key: string, value: unknown) => (key === 'owner_id' ? users.byId.get(String(value))?.name ?? '' : customTextOf(fields, key, value) ?? plain(value)), [users, fields]);
  const save = useSaveCompany(company, label, show);
  const text = (key: Text, type: 'text' | 'email' | 'tel' | 'url' = 'text') => (
    <InlineText label={t(`${key}`)} type={type} value={company[key] ?? ''} readOnly={readOnly} save={(value) => save({ [key]: value || null })} />
  );
  const place = (key: keyof Schemas['Address']) => (
    <InlineText label={t(`address.${key}`)} value={company.address?.[key] ?? ''} readOnly={readOnly} shown={key === 'country' && company.address?.country ? country(company.address.country) : undefined}
      save={(value) => save({ address: { ...company.address, [key]: (key === 'country' ? value.toUpperCase() : value) || null } })} />
  );
  return (
    <div className={classes.card}>
      <h2 className={classes.title}>{t('part.about')}</h2>
      {text('name')}{text('domain')}{text('website')}{text('industry')}
      <InlineSelect label={t('ui:owner')} value={company.owner_id ?? null} readOnly={readOnly} save={(owner_id) => save({ owner_id })} options={users.list.map(({ id, name }) => ({ value: id, label: name }))} />
      <h3 className={classes.part}>{t('reach')}</h3>
      {text('email', 'email')}{text('phone', 'tel')}
      <h3 className={classes.part}>{t('address')}</h3>
      {place('street')}{place('postal_code')}{place('city')}{place('region')}{place('country')}
      {fields.length > 0 && <h3 className={classes.part}>{t('custom')}</h3>}
      {fields.map((field) => (
        <CustomField key={field.id} field={field} value={(company.custom as Record<string, unknown>)[field.key]} readOnly={readOnly} save={(value) => save({ custom: { [field.key]: value } as never })} />
      ))}
      <h3 className={classes.part}>{t('ui:more')}</h3>
      {text('source')}
      <Field label={t('ui:tags')}>
        <TagsInput className={classes.tags} size="xs" variant="unstyled" aria-label={t('ui:tags')} value={[...company.tags]} readOnly={readOnly} placeholder={company.tags.length ? '' : '—'}
          onChange={(tags) => void save({ tags }).catch(notifyProblem)} styles={{ input: { paddingInlineStart: 7 } }} />
      </Field>
      <Field label={t('created')}><span className={classes.fixed}><When at={company.created_at} /></span></Field>
    </div>
  );
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'object' && value !== null) return Object.values(value).filter(Boolean).join(', ');
  return customText({ kind: 'text' }, value);
}
