import { ActionIcon, Group, NativeSelect, Select, Table, Text, TextInput, Tooltip } from '@mantine/core';
import { IconAlertCircle, IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldProblem } from '@/api/problem';
import type { Column, MappedField, Mapping } from '../data';
import classes from './Mapping.module.css';
import { added, chosen, faultIndex, fieldsOf, isNew, type Placed, replaced, without } from './fields';
import { type TargetGroup, useTargets } from './targets';

interface Props {
  columns: readonly Column[];
  mapping: Mapping;
  change: (mapping: Mapping) => void;
  faults: readonly FieldProblem[];
  readOnly: boolean;
}

/** Each column of the file with its first values, and where it goes. */
export function MappingTable({ columns, mapping, change, faults, readOnly }: Props) {
  const { t } = useTranslation('imports');
  const targets = useTargets(mapping);
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('mapping')}>
      <Table className={classes.table} verticalSpacing={6} layout="fixed">
        <Table.Thead><Table.Tr><Table.Th className={classes.first}>{t('column')}</Table.Th><Table.Th className={classes.second}>{t('samples')}</Table.Th><Table.Th>{t('goes')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {columns.map((column) => (
            <ColumnRow key={column.position} column={column} mapping={mapping} change={change} targets={targets} readOnly={readOnly}
              faults={faults.filter(({ field }) => fieldsOf(mapping, column).some(({ index }) => index === faultIndex(field)))} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function ColumnRow({ column, mapping, change, targets, faults, readOnly }: Omit<Props, 'columns'> & { column: Column; targets: TargetGroup[] }) {
  const { t } = useTranslation('imports');
  const fields = fieldsOf(mapping, column);
  const [adding, setAdding] = useState(false);
  const name = column.name || t('column.number', { number: column.position });
  const pick = (target: string) => { change(added(mapping, chosen(column, target))); setAdding(false); };
  return (
    <Table.Tr data-left-out={fields.length === 0 || undefined}>
      <Table.Th scope="row" className={classes.name} dir="auto">{name}<span className={classes.below} aria-hidden>{column.samples[0]}</span></Table.Th>
      <Table.Td className={classes.samples} title={column.samples.join('\n')} dir="auto">{column.samples.slice(0, 3).join(' · ') || '—'}</Table.Td>
      <Table.Td>
        {fields.map((placed) => (
          <FieldLine key={placed.index} placed={placed} column={column} name={name} targets={targets} readOnly={readOnly}
            change={(field) => change(field ? replaced(mapping, placed.index, field) : without(mapping, placed.index))} />
        ))}
        {(fields.length === 0 || adding) && (
          <Select size="xs" className={classes.target} aria-label={t('goes.of', { name })} placeholder={t('left.out')} data={targets} searchable value={null}
            disabled={readOnly} onChange={(target) => target && pick(target)} comboboxProps={{ shadow: 'md' }} maxDropdownHeight={340} />
        )}
        {fields.length > 0 && !adding && !readOnly && (
          <Tooltip label={t('also')}><ActionIcon size="sm" className={classes.also} aria-label={t('also.of', { name })} onClick={() => setAdding(true)}><IconPlus size={13} /></ActionIcon></Tooltip>
        )}
        {faults.map(({ field, message }) => <Text key={field} size="xs" c="var(--tl-bad)" role="alert"><IconAlertCircle size={13} style={{ verticalAlign: -2 }} aria-hidden /> {message}</Text>)}
      </Table.Td>
    </Table.Tr>
  );
}

interface LineProps {
  placed: Placed;
  column: Column;
  name: string;
  targets: TargetGroup[];
  readOnly: boolean;
  change: (field: MappedField | null) => void;
}

/** Choices have options and cannot be made by an import. */
const KINDS = ['text', 'number', 'date', 'boolean', 'url', 'money'] as const;

function FieldLine({ placed: { field }, column, name, targets, readOnly, change }: LineProps) {
  const { t } = useTranslation('imports');
  const staged = /^(stage|left):/.test(field.target);
  return (
    <Group gap={6} mb={4} wrap="wrap">
      <Select size="xs" className={classes.target} aria-label={t('goes.of', { name })} data={targets} searchable allowDeselect={false} value={field.target}
        disabled={readOnly} onChange={(target) => target && change(chosen(column, target))} comboboxProps={{ shadow: 'md' }} maxDropdownHeight={340} />
      {isNew(field) && (
        <>
          <TextInput size="xs" w={150} aria-label={t('new.label', { name })} title={t('new.label', { name })} maxLength={100} value={field.label ?? ''}
            disabled={readOnly} onChange={(event) => change({ ...field, label: event.currentTarget.value || name })} />
          <NativeSelect size="xs" w={110} aria-label={t('new.kind', { name })} value={field.kind ?? 'text'} disabled={readOnly}
            onChange={(event) => change({ ...field, kind: event.currentTarget.value as MappedField['kind'] })} data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
        </>
      )}
      {staged && <TextInput size="xs" w={150} aria-label={t('stage.pipeline', { name })} placeholder={t('stage.any')} maxLength={100} value={field.pipeline ?? ''}
        disabled={readOnly} onChange={(event) => change({ ...field, pipeline: event.currentTarget.value || null })} />}
      {!readOnly && <ActionIcon size="sm" aria-label={t('leave', { name })} onClick={() => change(null)}><IconX size={13} /></ActionIcon>}
    </Group>
  );
}
