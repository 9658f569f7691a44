import { useTranslation } from 'react-i18next';
import { useFields, useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { CustomField } from '@/ui/record/CustomField';
import { Field, InlineSelect, InlineText } from '@/ui/record/Inline';
import { decimals, toMinor, useFormat } from '@/ui/format';
import { When } from '@/ui/When';
import { CURRENCIES, rememberCurrency, useUsualCurrency } from '../currency';
import classes from './Detail.module.css';
import type { Lead, SaveLead } from './useLead';

/** The lead's fields; each is edited where it stands. */
export function Facts({ lead, save }: { lead: Lead; save: SaveLead }) {
  const { t } = useTranslation('leads');
  const { day } = useFormat();
  const users = useUsers();
  const fields = useFields('lead');
  const readOnly = !useMay('leads:write');
  const told = [['first', lead.first_touch_group], ['last', lead.last_touch_group], ['campaign', lead.touch_campaign]] as const;
  return (
    <div className={classes.facts}>
      <InlineText label={t('lead')} value={lead.title} readOnly={readOnly} save={(title) => save({ title })} />
      <Worth lead={lead} save={save} readOnly={readOnly} />
      <InlineText label={t('close')} type="date" readOnly={readOnly} value={lead.expected_close_on ?? ''}
        shown={lead.expected_close_on ? day(lead.expected_close_on) : undefined} save={(value) => save({ expected_close_on: value || null })} />
      <InlineSelect label={t('ui:owner')} value={lead.owner_id ?? null} readOnly={readOnly} save={(owner_id) => save({ owner_id })}
        options={users.list.map(({ id, name }) => ({ value: id, label: name }))} />
      <InlineText label={t('source')} readOnly={readOnly || lead.source_id != null} value={lead.source ?? ''} save={(value) => save({ source: value || null })} />
      {told.filter(([, value]) => value).map(([name, value]) => (
        <Field key={name} label={t(name)}><span className={classes.fixed} dir="auto">{value}</span></Field>
      ))}
      <Field label={t('entered')}><span className={classes.fixed}><When at={lead.entered_at} /></span></Field>
      {lead.closed_at && <Field label={t('closed')}><span className={classes.fixed}><When at={lead.closed_at} /></span></Field>}
      {fields.map((field) => (
        <CustomField key={field.id} field={field} value={lead.custom[field.key]} readOnly={readOnly} save={(value) => save({ custom: { [field.key]: value } as never })} />
      ))}
    </div>
  );
}

function Worth({ lead, save, readOnly }: { lead: Lead; save: SaveLead; readOnly: boolean }) {
  const { t } = useTranslation('leads');
  const { money } = useFormat();
  const usual = useUsualCurrency();
  const currency = lead.currency ?? usual;
  async function write(text: string) {
    const amount = toMinor(text, currency);
    if (text !== '' && amount === null) throw new Error('no amount');
    await save(amount === null ? { amount: null } : { amount, currency });
  }
  async function choose(next: string | null) {
    if (next && lead.amount != null) await save({ amount: Math.round((lead.amount / 10 ** decimals(currency)) * 10 ** decimals(next)), currency: next });
    if (next) rememberCurrency(next);
  }
  return (
    <>
      <InlineText label={t('amount')} type="number" readOnly={readOnly} value={lead.amount == null ? '' : String(lead.amount / 10 ** decimals(currency))}
        shown={lead.amount == null ? undefined : money(lead.amount, currency)} save={write} />
      {lead.amount != null && !readOnly && (
        <InlineSelect label={t('currency')} required value={currency} options={CURRENCIES.map((value) => ({ value, label: value }))} save={choose} />
      )}
    </>
  );
}
