import { useDebouncedValue } from '@mantine/hooks';
import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { choicesOf } from '@/ui/custom';
import { entryOf, operatorsOf, type RuleField } from '../fields';
import { type Piece, put } from '../model';
import { Choices, Day, listOf, Num, Numbers, One, Text, Texts, Truth, type ValueProps } from './basic';
import { Money, Span, Window, Word } from './ranges';

interface Props {
  field: Pick<RuleField, 'kind' | 'options' | 'kept'>;
  /** What has `op` and `value`. */
  test: Piece;
  path: string;
  change: (test: Piece) => void;
}

/** An operator and what it compares with. */
export function TestEditor({ field, test, path, change }: Props) {
  const { t } = useTranslation('segments');
  const op = String(test.op ?? '');
  const entry = entryOf(field.kind, op);
  const value = { label: t('value'), path: `${path}.value`, value: test.value, change: (next: unknown) => change(put(test, 'value', next)) };
  // A value stays only where the other operator asks for the same.
  const setOp = (next: unknown) => change(put({ ...test, op: next }, 'value', entryOf(field.kind, String(next)) === entry ? test.value : undefined));
  return (
    <>
      <One label={t('op')} path={`${path}.op`} value={op} change={setOp} width={170} options={operatorsOf(field).map((one) => ({ value: one, label: t(`op.${one}`) }))} />
      <Value entry={entry} options={field.options} {...value} />
    </>
  );
}

function Value({ entry, options, ...props }: ValueProps & { entry: ReturnType<typeof entryOf>; options: string[] }) {
  const { t } = useTranslation('segments');
  switch (entry) {
    case 'none': return null;
    case 'texts': return <Texts {...props} />;
    case 'text': return <Text {...props} />;
    case 'options': return <Choices {...props} options={choicesOf(options)} />;
    case 'numbers': return <Numbers {...props} />;
    case 'number': return <Num {...props} />;
    case 'count': return <Group gap={6}><Num {...props} decimals={false} width={72} /><Word>{t('unit.d')}</Word></Group>;
    case 'day': return <Day {...props} value={Array.isArray(props.value) ? props.value[0] : props.value} />;
    case 'truth': return <Truth {...props} yes={t('ui:yes')} no={t('ui:no')} />;
    case 'users': return <Users {...props} />;
    case 'companies': return <Companies {...props} />;
    case 'money': return <Money {...props} />;
    case 'window': return <Window {...props} />;
    case 'span': return <Span {...props} />;
    case 'numbers2': return <Two {...props} of={Num} />;
    case 'days2': return <Two {...props} of={Day} />;
    case 'money2': return <Two {...props} of={Money} />;
  }
}

/** From the first to the second. */
function Two({ of: Input, ...props }: ValueProps & { of: React.ComponentType<ValueProps> }) {
  const { t } = useTranslation('segments');
  const [least, most] = listOf(props.value);
  const set = (next: unknown[]) => props.change(next.every((one) => one === undefined) ? undefined : next.map((one) => one ?? null));
  return (
    <Group gap={6} wrap="nowrap">
      <Input {...props} label={`${props.label}: ${t('op.at_least')}`} value={least ?? undefined} change={(next) => set([next, most])} />
      <Word>–</Word>
      <Input {...props} label={`${props.label}: ${t('op.at_most')}`} value={most ?? undefined} change={(next) => set([least, next])} />
    </Group>
  );
}

export function Users(props: ValueProps) {
  const { list } = useUsers();
  return <Choices {...props} options={list.map(({ id, name }) => ({ value: id, label: name }))} />;
}

/** Companies are found as one types; those chosen are read by their ids. */
function Companies(props: ValueProps) {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  const chosen = listOf(props.value).map(String);
  const named = useQuery({
    queryKey: ['companies', 'names', chosen], enabled: chosen.length > 0, placeholderData: (before) => before,
    queryFn: () => take(api.GET('/api/v1/companies', { params: { query: { id: chosen.join(','), limit: 200 } } })),
  });
  const found = useQuery({
    queryKey: ['companies', 'pick', q], placeholderData: (before) => before,
    queryFn: () => take(api.GET('/api/v1/companies', { params: { query: { limit: 20, ...(q ? { q } : {}) } } })),
  });
  const all = new Map([...(named.data?.items ?? []), ...(found.data?.items ?? [])].map(({ id, name }) => [id, name]));
  return <Choices {...props} onSearch={setText} options={[...all].map(([value, label]) => ({ value, label }))} />;
}
