import { Group, TextInput } from '@mantine/core';
import { type FocusEvent, type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { decimals, toMinor, useFormat } from '@/ui/format';
import classes from './Record.module.css';
import { Field, messageOf } from './Inline';

interface Money {
  amount: number;
  currency: string;
}

interface Props {
  label: string;
  value: Money | null;
  save: (value: Money | null) => Promise<void>;
  readOnly?: boolean;
}

const LAST = 'touchline.currency';

/** Shown as people write it, edited as amount and currency. Enter or leaving saves, Escape leaves it as it was. */
export function InlineMoney({ label, value, save, readOnly }: Props) {
  const { t } = useTranslation('ui');
  const { money } = useFormat();
  const [editing, setEditing] = useState(false);
  const text = value ? money(value.amount, value.currency) : '';
  if (readOnly) return <Field label={label}><span className={classes.fixed}>{text || '—'}</span></Field>;
  if (editing) return <Field label={label}><Editor label={label} value={value} save={save} close={() => setEditing(false)} /></Field>;
  return (
    <Field label={label}>
      <button type="button" className={classes.value} data-empty={!text || undefined} onClick={() => setEditing(true)} aria-label={`${t('edit')}: ${label}${text ? `, ${text}` : ''}`}>{text || '—'}</button>
    </Field>
  );
}

function Editor({ label, value, save, close }: Omit<Props, 'readOnly'> & { close: () => void }) {
  const { t } = useTranslation('ui');
  const [amount, setAmount] = useState(value ? String(value.amount / 10 ** decimals(value.currency)) : '');
  const [currency, setCurrency] = useState(value?.currency ?? localStorage.getItem(LAST) ?? 'EUR');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  function submit(event?: FormEvent) {
    event?.preventDefault();
    if (busy) return;
    const minor = toMinor(amount, currency);
    if (amount.trim() !== '' && minor === null) return setFault(t('money.fault'));
    const next = minor === null ? null : { amount: minor, currency };
    if (next?.amount === value?.amount && (next === null || next.currency === value?.currency)) return close();
    setBusy(true);
    localStorage.setItem(LAST, currency);
    save(next).then(close, (error: unknown) => setFault(messageOf(error))).finally(() => setBusy(false));
  }
  function left(event: FocusEvent<HTMLFormElement>) {
    if (!event.currentTarget.contains(event.relatedTarget)) submit();
  }
  return (
    <form onSubmit={submit} onBlur={left} onKeyDown={(event) => event.key === 'Escape' && close()}>
      <Group gap={4} wrap="nowrap" align="start">
        <TextInput size="xs" flex={1} inputMode="decimal" aria-label={label} value={amount} error={fault} autoFocus disabled={busy} onChange={(event) => setAmount(event.currentTarget.value)} />
        <TextInput size="xs" w={58} maxLength={3} aria-label={t('currency')} value={currency} disabled={busy} onChange={(event) => setCurrency(event.currentTarget.value.toUpperCase())} />
      </Group>
      <button type="submit" hidden />
    </form>
  );
}
