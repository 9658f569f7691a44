import { TagsInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFields, useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { customText, customTextOf } from '@/ui/custom';
import { useFormat } from '@/ui/format';
import { When } from '@/ui/When';
import classes from '@/ui/record/Record.module.css';
import { CustomField } from '@/ui/record/CustomField';
import { Field, InlineSelect, InlineText } from '@/ui/record/Inline';
import { orTell, type Client, type Contact, useSaveContact } from './useClient';

type Save = (changes: Partial<Contact>) => Promise<void>;
type Text = 'given_name' | 'family_name' | 'job_title' | 'source' | 'language' | 'time_zone';
type Place = keyof Schemas['Address'];

/** The client's fields; each is edited where it stands. */
export function About({ contact, company }: { contact: Contact; company: Client['company'] }) {
  const { t } = useTranslation('client');
  const users = useUsers();
  const fields = useFields('contact');
  const readOnly = !useMay('contacts:write');
  const { country } = useFormat();
  const label = useCallback((key: string) => fields.find((field) => `custom.${field.key}` === key)?.label ?? t(`field.${key}`), [t, fields]);
  const show = useCallback((key: string, value: unknown) => (key === 'owner_id' ? users.byId.get(String(value))?.name ?? '' : customTextOf(fields, key, value) ?? plain(value)), [users, fields]);
  const save = useSaveContact(contact, label, show);
  const text = (key: Text) => (
    <InlineText label={t(`field.${key}`)} value={contact[key] ?? ''} readOnly={readOnly} save={(value) => save({ [key]: value || null })} />
  );
  const place = (key: Place) => (
    <InlineText label={t(`address.${key}`)} value={contact.address?.[key] ?? ''} readOnly={readOnly}
      shown={key === 'country' && contact.address?.country ? country(contact.address.country) : undefined}
      save={(value) => save({ address: { ...contact.address, [key]: (key === 'country' ? value.toUpperCase() : value) || null } })} />
  );
  return (
    <div className={classes.card}>
      <h2 className={classes.title}>{t('part.about')}</h2>
      {text('given_name')}{text('family_name')}{text('job_title')}
      {company && <Field label={t('field.company_id')}><Link className={`tl-link ${classes.fixed}`} to="/companies/$id" params={{ id: company.id }}>{company.name}</Link></Field>}
      <InlineSelect label={t('ui:owner')} value={contact.owner_id ?? null} readOnly={readOnly} save={(owner_id) => save({ owner_id })}
        options={users.list.map(({ id, name }) => ({ value: id, label: name }))} />
      <h3 className={classes.part}>{t('reach')}</h3>
      <Reach contact={contact} save={save} readOnly={readOnly} />
      <h3 className={classes.part}>{t('where')}</h3>
      {place('street')}{place('postal_code')}{place('city')}{place('region')}{place('country')}
      {fields.length > 0 && <h3 className={classes.part}>{t('custom')}</h3>}
      {fields.map((field) => (
        <CustomField key={field.id} field={field} value={contact.custom[field.key]} readOnly={readOnly}
          save={(value) => save({ custom: { [field.key]: value } as never })} />
      ))}
      <h3 className={classes.part}>{t('more')}</h3>
      {text('source')}{text('language')}{text('time_zone')}
      <Field label={t('ui:tags')}>
        <TagsInput className={classes.tags} size="xs" variant="unstyled" aria-label={t('ui:tags')} value={[...contact.tags]} readOnly={readOnly} placeholder={contact.tags.length ? '' : '—'}
          onChange={(tags) => void orTell(save({ tags }))} styles={{ input: { paddingInlineStart: 7 } }} />
      </Field>
      <Field label={t('created')}><span className={classes.fixed}><When at={contact.created_at} /></span></Field>
    </div>
  );
}

function Reach({ contact, save, readOnly }: { contact: Contact; save: Save; readOnly: boolean }) {
  const { t } = useTranslation('client');
  function email(index: number, address: string) {
    const kept = contact.emails.map((email, at) => (at === index ? { ...email, address } : email)).filter((email) => email.address);
    return save({ emails: index < contact.emails.length || !address ? kept : [...kept, { address, primary: kept.length === 0 }] });
  }
  function phone(index: number, number: string) {
    const kept = contact.phones.map((phone, at) => (at === index ? { ...phone, number } : phone)).filter((phone) => phone.number);
    return save({ phones: index < contact.phones.length || !number ? kept : [...kept, { number, primary: kept.length === 0 }] });
  }
  const emails = [...contact.emails.map(({ address }) => address), ...(readOnly ? [] : [''])];
  const phones = [...contact.phones.map(({ number }) => number), ...(readOnly ? [] : [''])];
  return (
    <>
      {emails.map((address, index) => (
        <InlineText key={`e${index}`} type="email" extra={index > 0} label={index === 0 ? t('field.emails') : address || t('another.email')} value={address} readOnly={readOnly} save={(value) => email(index, value)} />
      ))}
      {phones.map((number, index) => (
        <InlineText key={`p${index}`} type="tel" extra={index > 0} label={index === 0 ? t('field.phones') : number || t('another.phone')} value={number} readOnly={readOnly} save={(value) => phone(index, value)} />
      ))}
    </>
  );
}

function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).filter(Boolean).join(', ');
  if (typeof value === 'object' && value !== null) {
    if ('address' in value) return String(value.address);
    if ('number' in value) return String(value.number);
    return Object.values(value).map(plain).filter(Boolean).join(', ');
  }
  return customText({ kind: 'text' }, value);
}
