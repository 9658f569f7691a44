import { Button, Group, Menu, NativeSelect, Popover, TextInput } from '@mantine/core';
import { IconFilter, IconX } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { day } from '@/ui/format';
import classes from './FilterBar.module.css';
import type { FilterField, FilterValues } from './model';

interface Props {
  fields: FilterField[];
  values: FilterValues;
  change: (values: FilterValues) => void;
}

/** Filters as chips: choose a field, say the value, take it away again. */
export function FilterBar({ fields, values, change }: Props) {
  const { t } = useTranslation('ui');
  const [editing, setEditing] = useState<string | null>(null);
  const set = fields.filter((field) => field.key in values || field.key === editing);
  const free = fields.filter((field) => !(field.key in values));
  function without(key: string): FilterValues {
    return Object.fromEntries(Object.entries(values).filter(([other]) => other !== key));
  }
  return (
    <Group gap={6} wrap="wrap">
      {set.map((field) => (
        <Chip key={field.key} field={field} value={values[field.key]} opened={editing === field.key}
          open={(opened) => setEditing(opened ? field.key : null)}
          apply={(value) => { change(value === '' ? without(field.key) : { ...values, [field.key]: value }); setEditing(null); }}
          remove={() => { change(without(field.key)); setEditing(null); }} />
      ))}
      <Menu position="bottom-start" width={220}>
        <Menu.Target><Button variant="default" leftSection={<IconFilter size={15} />}>{t('filter')}</Button></Menu.Target>
        <Menu.Dropdown mah={380} style={{ overflowY: 'auto' }}>
          {free.map((field) => <Menu.Item key={field.key} onClick={() => setTimeout(() => setEditing(field.key))}>{field.label}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
      {Object.keys(values).length > 0 && <Button variant="subtle" color="gray" onClick={() => change({})}>{t('filter.clear')}</Button>}
    </Group>
  );
}

interface ChipProps {
  field: FilterField;
  value: string | undefined;
  opened: boolean;
  open: (opened: boolean) => void;
  apply: (value: string) => void;
  remove: () => void;
}

function shown(field: FilterField, value: string): string {
  if (field.kind === 'day' || field.kind === 'date') return day(value);
  return field.options?.find((option) => option.value === value)?.label ?? value;
}

function Chip({ field, value, opened, open, apply, remove }: ChipProps) {
  const { t } = useTranslation('ui');
  return (
    <Popover opened={opened} onChange={open} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <span className={classes.chip}>
          <button type="button" className="tl-plain" onClick={() => open(!opened)} aria-expanded={opened}>
            <span className={classes.name}>{field.label}</span> {value !== undefined && shown(field, value)}
          </button>
          <button type="button" className={classes.remove} aria-label={t('filter.remove', { name: field.label })} onClick={remove}><IconX size={12} /></button>
        </span>
      </Popover.Target>
      <Popover.Dropdown><Editor field={field} value={value ?? ''} apply={apply} /></Popover.Dropdown>
    </Popover>
  );
}

function Editor({ field, value, apply }: { field: FilterField; value: string; apply: (value: string) => void }) {
  const { t } = useTranslation('ui');
  const [text, setText] = useState(value);
  function submit(event: FormEvent) {
    event.preventDefault();
    apply(text.trim());
  }
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="end" wrap="nowrap">
        {field.kind === 'choice' ? (
          <NativeSelect size="xs" label={field.label} value={text} data-autofocus onChange={(event) => apply(event.currentTarget.value)}
            data={[{ value: '', label: '—' }, ...(field.options ?? [])]} />
        ) : (
          <>
            <TextInput size="xs" label={field.label} type={field.kind === 'day' || field.kind === 'date' ? 'date' : 'text'} value={text} data-autofocus
              onChange={(event) => setText(event.currentTarget.value)} />
            <Button type="submit">{t('apply')}</Button>
          </>
        )}
      </Group>
    </form>
  );
}
