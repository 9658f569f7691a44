import { NativeSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FieldProblem } from '@/api/problem';
import type { Mapping } from '../data';
import { fixedOf, replaced, without } from './fields';
import classes from './Mapping.module.css';

interface Props {
  mapping: Mapping;
  change: (mapping: Mapping) => void;
  faults: readonly FieldProblem[];
  readOnly: boolean;
}

const ENCODINGS = ['utf-8', 'windows-1252', 'windows-1251', 'iso-8859-2', 'utf-16le', 'koi8-r', 'shift_jis', 'gbk'];
const DATES = ['%Y-%m-%d', '%d.%m.%Y', '%d/%m/%Y', '%m/%d/%Y', '%d-%m-%Y', '%Y/%m/%d'];
const ZONES = Intl.supportedValuesOf('timeZone');

/** How the file is written, and what is done about what it lacks. */
export function FileOptions({ mapping, change, faults, readOnly }: Props) {
  const { t } = useTranslation('imports');
  const set = (key: keyof Mapping, value: unknown) => change({ ...mapping, [key]: value === '' ? null : value });
  const fault = (key: string) => faults.find(({ field }) => field.replace(/^mapping\./, '') === key)?.message;
  const shared = (key: keyof Mapping) => ({ size: 'xs', label: t(`option.${key}`), error: fault(key), disabled: readOnly }) as const;
  const pick = (key: 'row' | 'unreadable' | 'missing' | 'decimal', values: string[], first: string) => (
    <NativeSelect {...shared(key)} value={mapping[key] ?? first} onChange={(event) => set(key, event.currentTarget.value)}
      data={values.map((value) => ({ value, label: t(`option.${key}.${value === '.' ? 'point' : value === ',' ? 'comma' : value}`) }))} />
  );
  const table = mapping.format !== 'vcard';
  return (
    <details className={classes.box} open={faults.some(({ field }) => !field.includes('fields')) || undefined}>
      <summary>{t('options')} <small>{t('options.text')}</small></summary>
      <div className={classes.options}>
        {pick('row', ['contact', 'company', 'lead', 'stage_history'], 'contact')}
        {pick('unreadable', ['refuse', 'keep'], 'refuse')}
        {pick('missing', ['refuse', 'create'], 'refuse')}
        <TextInput {...shared('source')} maxLength={40} value={mapping.source ?? ''} onChange={(event) => set('source', event.currentTarget.value)} />
        {table && (
          <NativeSelect {...shared('delimiter')} value={mapping.delimiter ?? ''} onChange={(event) => set('delimiter', event.currentTarget.value)}
            data={['', ',', ';', '\t', '|'].map((value) => ({ value, label: value === '' ? t('option.found') : value === '\t' ? t('option.tab') : value }))} />
        )}
        {table && <Select {...shared('encoding')} searchable allowDeselect={false} value={mapping.encoding ?? 'utf-8'}
          data={[...new Set([...ENCODINGS, mapping.encoding ?? 'utf-8'])]} onChange={(next) => set('encoding', next)} />}
        {table && <NumberInput {...shared('skip_rows')} min={0} max={100} allowDecimal={false} value={mapping.skip_rows ?? 0} onChange={(next) => set('skip_rows', Number(next) || null)} />}
        <Select {...shared('date_format')} searchable clearable placeholder="ISO 8601" clearButtonProps={{ 'aria-label': t('ui:clear') }} value={mapping.date_format ?? null} onChange={(next) => set('date_format', next)}
          data={[...new Set([...DATES, ...(mapping.date_format ? [mapping.date_format] : [])])].map((value) => ({ value, label: sample(value) }))} />
        <Select {...shared('time_zone')} searchable clearable placeholder="UTC" clearButtonProps={{ 'aria-label': t('ui:clear') }} value={mapping.time_zone ?? null}
          data={ZONES} onChange={(next) => set('time_zone', next)} />
        {pick('decimal', ['.', ','], '.')}
        {fixedOf(mapping).map(({ field, index }) => (
          <TextInput key={index} size="xs" label={t('option.fixed', { name: field.target })} value={field.value ?? ''} disabled={readOnly} maxLength={1000}
            onChange={(event) => change(event.currentTarget.value ? replaced(mapping, index, { ...field, value: event.currentTarget.value }) : without(mapping, index))} />
        ))}
      </div>
    </details>
  );
}

/** The last day of a year, as the format writes it. */
function sample(format: string): string {
  return format.replace('%Y', '2026').replace('%m', '12').replace('%d', '31').replace('%H', '23').replace('%M', '59').replace('%S', '59');
}
