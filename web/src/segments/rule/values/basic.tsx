import { MultiSelect, NumberInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useFault, useTold } from '../faults';

/** Every value is edited by the same contract: what stands there, where it stands, and what it becomes. */
export interface ValueProps<T = unknown> {
  label: string;
  path: string;
  value: T;
  change: (value: unknown) => void;
}

export interface Option {
  value: string;
  label: string;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null || value === '' ? [] : [value];
}

/** What all inputs of a rule share. A fault is told below the condition, where there is room; the input is marked. */
export function useShared(label: string, path: string) {
  const fault = useFault(path);
  const { readOnly } = useTold();
  return { size: 'xs', 'aria-label': label, error: fault !== undefined, disabled: readOnly, title: fault } as const;
}

export function Texts({ label, path, value, change, suggest = [] }: ValueProps & { suggest?: string[] }) {
  const shared = useShared(label, path);
  const list = listOf(value).map(String);
  return (
    <TagsInput {...shared} miw={200} flex={1} data={suggest} value={list} placeholder={list.length ? '' : label} splitChars={[';']}
      onChange={(next) => change(next.map((text) => text.trim()).filter(Boolean))} comboboxProps={{ shadow: 'md' }} />
  );
}

export function Numbers({ label, path, value, change }: ValueProps) {
  const shared = useShared(label, path);
  const read = (text: string) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text);
  return <TagsInput {...shared} miw={140} value={listOf(value).map(String)} onChange={(next) => change(next.map(read))} splitChars={[';', ' ']} />;
}

/** Some of what there is. What is chosen and not there any more stays to be seen. */
export function Choices({ label, path, value, change, options, onSearch }: ValueProps & { options: readonly Option[]; onSearch?: (text: string) => void }) {
  const shared = useShared(label, path);
  const chosen = listOf(value).map(String);
  const gone = chosen.filter((one) => !options.some((option) => option.value === one)).map((one) => ({ value: one, label: one }));
  return (
    <MultiSelect {...shared} miw={200} flex={1} data={[...options, ...gone]} value={chosen} onChange={change} searchable hidePickedOptions placeholder={chosen.length ? '' : label}
      {...(onSearch ? { onSearchChange: onSearch, filter: ({ options }) => options } : {})} comboboxProps={{ shadow: 'md' }} />
  );
}

export function One({ label, path, value, change, options, width = 160 }: ValueProps & { options: readonly Option[]; width?: number }) {
  const shared = useShared(label, path);
  const chosen = value === undefined || value === null || value === '' ? null : String(value);
  const gone = chosen !== null && !options.some((option) => option.value === chosen) ? [{ value: chosen, label: chosen }] : [];
  return (
    <Select {...shared} w={width} data={[...options, ...gone]} value={chosen} onChange={(next) => change(next ?? undefined)} searchable={options.length > 8}
      placeholder={label} allowDeselect={false} comboboxProps={{ shadow: 'md', width: Math.max(width, 200), position: 'bottom-start' }} />
  );
}

export function Truth({ yes, no, ...props }: ValueProps & { yes: string; no: string }) {
  return <One {...props} width={120} value={typeof props.value === 'boolean' ? String(props.value) : undefined} change={(next) => props.change(next === 'true')}
    options={[{ value: 'true', label: yes }, { value: 'false', label: no }]} />;
}

export function Text({ label, path, value, change }: ValueProps) {
  const shared = useShared(label, path);
  return <TextInput {...shared} miw={160} flex={1} placeholder={label} value={String(value ?? '')} onChange={(event) => change(event.currentTarget.value)} />;
}

export function Num({ label, path, value, change, width = 96, decimals = true }: ValueProps & { width?: number; decimals?: boolean }) {
  const shared = useShared(label, path);
  return (
    <NumberInput {...shared} w={width} placeholder="…" value={typeof value === 'number' ? value : ''} allowDecimal={decimals} hideControls
      onChange={(next) => change(next === '' ? undefined : Number(next))} />
  );
}

export function Day({ label, path, value, change }: ValueProps) {
  const shared = useShared(label, path);
  const text = String(value ?? '');
  // A rule made by a program may name an instant: it stays as it is until somebody writes another.
  const plain = text === '' || /^\d{4}-\d\d-\d\d$/.test(text);
  return <TextInput {...shared} w={plain ? 140 : 220} type={plain ? 'date' : 'text'} value={text} onChange={(event) => change(event.currentTarget.value || undefined)} />;
}
