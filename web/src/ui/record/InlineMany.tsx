import { MultiSelect } from '@mantine/core';
import { useState } from 'react';
import { choicesOf, choiceText } from '@/ui/custom';
import classes from './Record.module.css';
import { Field, messageOf } from './Inline';

interface Props {
  label: string;
  value: string[];
  options: readonly string[];
  save: (value: string[]) => Promise<void>;
  readOnly?: boolean;
}

/** Several of a list; what was chosen before and is no longer offered stays until it is taken away. */
export function InlineMany({ label, value, options, save, readOnly }: Props) {
  const [fault, setFault] = useState<string | null>(null);
  if (readOnly) return <Field label={label}><span className={classes.fixed}>{value.map(choiceText).join(', ') || '—'}</span></Field>;
  function choose(next: string[]) {
    setFault(null);
    save(next).catch((error: unknown) => setFault(messageOf(error)));
  }
  return (
    <Field label={label}>
      <MultiSelect size="xs" variant="unstyled" aria-label={label} value={value} data={choicesOf([...new Set([...options, ...value])])} error={fault} placeholder={value.length > 0 ? '' : '—'}
        hidePickedOptions onChange={choose} comboboxProps={{ width: 220, position: 'bottom-start' }} styles={{ input: { paddingInlineStart: 7, minHeight: 27 } }} />
    </Field>
  );
}
