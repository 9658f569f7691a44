import { Select, Textarea, TextInput } from '@mantine/core';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isProblem, Problem } from '@/api/problem';
import { faultText, problemText } from '@/ui/problemText';
import classes from './Record.module.css';

interface Props {
  label: string;
  value: string;
  /** What is shown while nobody edits. */
  shown?: string;
  type?: 'text' | 'email' | 'tel' | 'date' | 'number' | 'url' | 'long';
  /** Resolves when it is saved; what it rejects with is shown at the field, and what was typed stays. */
  save: (value: string) => Promise<void>;
  readOnly?: boolean;
  /** Stands without a label before it, which is what one clicks on. */
  extra?: boolean;
}

/** A value that becomes an input when it is clicked: Enter or leaving saves, Escape leaves it as it was. */
export function InlineText({ label, value, shown, type = 'text', save, readOnly, extra }: Props) {
  const { t } = useTranslation('ui');
  const edit = useEdit(value, save);
  const text = shown ?? value;
  if (readOnly) return <Field label={label}><span className={classes.fixed} dir="auto">{text || '—'}</span></Field>;
  const before = extra ? '' : label;
  if (edit.draft === null) {
    return (
      <Field label={before}>
        <button type="button" className={classes.value} data-empty={!text || undefined} onClick={edit.begin} aria-label={`${t('edit')}: ${label}${text ? `, ${text}` : ''}`} dir="auto">{text || (extra ? label : '—')}</button>
      </Field>
    );
  }
  const shared = { size: 'xs', 'aria-label': label, value: edit.draft, error: edit.fault, disabled: edit.busy, autoFocus: true, onBlur: edit.finish } as const;
  return (
    <Field label={before}>
      {type === 'long'
        ? <Textarea {...shared} autosize onChange={(event) => edit.write(event.currentTarget.value)} onKeyDown={edit.key} />
        : <TextInput {...shared} type={type} onChange={(event) => edit.write(event.currentTarget.value)} onKeyDown={edit.key} />}
    </Field>
  );
}

function useEdit(value: string, save: (value: string) => Promise<void>) {
  const [draft, setDraft] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  function end() {
    setDraft(null);
    setFault(null);
  }
  function finish() {
    if (draft === null || busy) return;
    if (draft.trim() === value) return end();
    setBusy(true);
    save(draft.trim()).then(end, (error: unknown) => setFault(messageOf(error))).finally(() => setBusy(false));
  }
  function key(event: KeyboardEvent) {
    if (event.key === 'Escape') end();
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      finish();
    }
  }
  return { draft, fault, busy, begin: () => setDraft(value), write: setDraft, finish, key };
}

export function messageOf(error: unknown): string {
  const faults = isProblem(error, 422) ? (error as Problem).fields.map(faultText).join('; ') : '';
  return faults || problemText(error);
}

interface SelectProps {
  label: string;
  value: string | null;
  options: { value: string; label: string }[];
  save: (value: string | null) => Promise<void>;
  readOnly?: boolean;
  required?: boolean;
}

export function InlineSelect({ label, value, options, save, readOnly, required }: SelectProps) {
  const [fault, setFault] = useState<string | null>(null);
  if (readOnly) return <Field label={label}><span className={classes.fixed}>{options.find((option) => option.value === value)?.label ?? '—'}</span></Field>;
  function choose(next: string | null) {
    setFault(null);
    save(next).catch((error: unknown) => setFault(messageOf(error)));
  }
  return (
    <Field label={label}>
      <Select size="xs" variant="unstyled" aria-label={label} value={value} data={options} error={fault} placeholder="—" clearable={!required && value !== null}
        searchable={options.length > 8} onChange={choose} clearButtonProps={{ 'aria-label': `${label}: ×` }}
        className={classes.select} styles={{ input: { paddingInlineStart: 7, fontSize: 13, minHeight: 27, height: 27 } }} />
    </Field>
  );
}

export function Field({ label, children }: { label: string; children: React.ReactNode }) {
  return <div className={classes.field}><span aria-hidden>{label}</span><div style={{ minWidth: 0 }}>{children}</div></div>;
}
