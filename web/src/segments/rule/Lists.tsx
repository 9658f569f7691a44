import { ActionIcon, Button, Group, Stack } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFields } from '@/app/lookups';
import { ownField, type RuleField } from './fields';
import { useTold } from './faults';
import { isPiece, type Piece, put } from './model';
import { listOf, One, Text, Truth, type ValueProps } from './values/basic';
import { TestEditor } from './values/TestEditor';

interface RowsProps extends ValueProps {
  first: Piece;
  row: (piece: Piece, path: string, change: (piece: Piece) => void) => React.ReactNode;
}

/** Several tests that must all hold. */
function Rows({ path, value, change, first, row }: RowsProps) {
  const { t } = useTranslation('segments');
  const { readOnly } = useTold();
  const rows = listOf(value).filter(isPiece);
  return (
    <Stack gap={6} flex={1} miw={0}>
      {rows.map((piece, index) => (
        <Group key={index} gap={6}>
          {row(piece, `${path}[${index}]`, (next) => change(rows.map((other, at) => (at === index ? next : other))))}
          {!readOnly && rows.length > 1 && <ActionIcon size="sm" aria-label={t('ui:remove')} onClick={() => change(rows.filter((_, at) => at !== index))}><IconX size={13} /></ActionIcon>}
        </Group>
      ))}
      {!readOnly && <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} style={{ alignSelf: 'start' }} onClick={() => change([...rows, first])}>{t('ui:add')}</Button>}
    </Stack>
  );
}

const AS = ['text', 'number', 'boolean'] as const;

/** The kind of a property is that of the value asked for. */
function kindOf(value: unknown): (typeof AS)[number] {
  const [first] = listOf(value);
  return typeof first === 'number' ? 'number' : typeof first === 'boolean' ? 'boolean' : 'text';
}

/** `[{key, op, value}]`: what is known of a touchpoint besides. */
export function Properties(props: ValueProps) {
  return <Rows {...props} first={{ key: '', op: 'is' }} row={(piece, path, change) => <Property piece={piece} path={path} change={change} />} />;
}

function Property({ piece, path, change }: { piece: Piece; path: string; change: (piece: Piece) => void }) {
  const { t } = useTranslation('segments');
  const kind = kindOf(piece.value);
  const field = { kind, options: [], kept: false } as const;
  const turn = { text: undefined, number: 0, boolean: true };
  return (
    <>
      <Text label={t('property.key')} path={`${path}.key`} value={piece.key} change={(key) => change({ ...piece, key })} />
      <One label={t('property.kind')} path={`${path}.kind`} value={kind} width={110} change={(next) => change(put({ ...piece, op: 'is' }, 'value', turn[next as keyof typeof turn]))}
        options={AS.map((one) => ({ value: one, label: t(`as.${one}`) }))} />
      {kind === 'boolean' && piece.op === 'is'
        ? <Truth label={t('value')} path={`${path}.value`} value={piece.value} change={(value) => change({ ...piece, value })} yes={t('ui:yes')} no={t('ui:no')} />
        : <TestEditor field={{ ...field, options: [] }} test={piece} path={path} change={change} />}
    </>
  );
}

/** `[{field, op, value}]`: the organisation's own fields of leads. */
export function LeadFields(props: ValueProps) {
  const { t } = useTranslation('segments');
  const fields = useFields('lead').map((field): RuleField => ({ ...ownField('', field), kept: false }));
  return (
    <Rows {...props} first={{ op: 'is' }} row={(piece, path, change) => {
      const field = fields.find(({ name }) => name === String(piece.field ?? '').replace(/^custom\./, ''));
      return (
        <>
          <One label={t('field')} path={`${path}.field`} value={field?.name ?? piece.field} width={180} options={fields.map(({ name, label }) => ({ value: name, label }))}
            change={(next) => change({ field: next, op: fields.find(({ name }) => name === next)?.kind === 'list' ? 'has_any' : 'filled' })} />
          {field && <TestEditor field={field} test={piece} path={path} change={change} />}
        </>
      );
    }} />
  );
}
