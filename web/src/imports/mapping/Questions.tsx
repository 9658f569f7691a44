import { Checkbox, Radio, Group, Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { day } from '@/ui/format';
import type { Mapping } from '../data';
import { withFixed } from './fields';
import classes from './Mapping.module.css';

interface Props {
  proposal: Schemas['Proposal'];
  mapping: Mapping;
  change: (mapping: Mapping) => void;
  readOnly: boolean;
}

/** What only a person can tell: the order of days and months, the currency, whose the records of strangers are. */
export function Questions({ proposal, mapping, change, readOnly }: Props) {
  const { t } = useTranslation('imports');
  const { questions, unknown_owners: strangers, remarks } = proposal;
  if (questions.length + strangers.length + remarks.length === 0) return null;
  return (
    <section className={classes.ask} aria-label={t('questions')}>
      <Text size="sm" fw={600} mb={8}>{t('questions')}</Text>
      <div className={classes.questions}>
        {questions.map((question) => <Ask key={question.code} question={question} mapping={mapping} change={change} readOnly={readOnly} />)}
        {strangers.length > 0 && <Strangers names={strangers} mapping={mapping} change={change} readOnly={readOnly} />}
        {remarks.map((remark) => <Text key={remark} size="sm" c="dimmed">{remark}</Text>)}
      </div>
    </section>
  );
}

function Ask({ question, mapping, change, readOnly }: Omit<Props, 'proposal'> & { question: Schemas['Question'] }) {
  const { t } = useTranslation('imports');
  const { code, choices } = question;
  const example = /\d[\d./-]+\d/.exec(question.message)?.[0] ?? '';
  if (code === 'unmapped') {
    return <Checkbox size="sm" label={t('ask.unmapped')} disabled={readOnly} checked={mapping.unmapped === 'drop'} onChange={(event) => change({ ...mapping, unmapped: event.currentTarget.checked ? 'drop' : null })} />;
  }
  const dates = code === 'date_order';
  const value = dates ? mapping.date_format ?? '' : mapping.fields.find(({ target, value }) => target === 'lead.currency' && value)?.value ?? '';
  const answer = (next: string) => change(dates ? { ...mapping, date_format: next } : withFixed(mapping, 'lead.currency', next));
  return (
    <Radio.Group label={t(`ask.${code}`, { example })} value={value} onChange={answer} size="sm">
      <Group gap="lg" mt={6}>{choices.map((choice) => <Radio key={choice} size="sm" value={choice} disabled={readOnly} label={dates ? readAs(example, choice) : choice} />)}</Group>
    </Radio.Group>
  );
}

/** The example as the order would read it. */
function readAs(example: string, format: string): string {
  const letters = [...format.matchAll(/%([dmYy])/g)].map((match) => match[1]);
  const numbers = example.split(/\D+/).map(Number);
  const at = (letter: string) => numbers[letters.indexOf(letter)];
  const [dayOf, monthOf, year] = [at('d'), at('m'), at('Y') ?? at('y')];
  if (!dayOf || !monthOf || year === undefined || monthOf > 12) return format;
  return day(new Date(year < 100 ? 2000 + year : year, monthOf - 1, dayOf));
}

function Strangers({ names, mapping, change, readOnly }: Omit<Props, 'proposal'> & { names: readonly string[] }) {
  const { t } = useTranslation('imports');
  const { list } = useUsers();
  const renames = mapping.renames ?? [];
  function set(from: string, to: string | null) {
    const others = renames.filter((rename) => rename.what !== 'owner' || rename.from !== from);
    change({ ...mapping, renames: to ? [...others, { what: 'owner', from, to }] : others });
  }
  return (
    <div>
      <Text size="sm" mb={6}>{t('ask.owners')}</Text>
      {names.map((name) => (
        <Group key={name} gap="sm" mb={6}>
          <Text size="sm" w={180} className="tl-cut" title={name} dir="auto">{name}</Text>
          <Select size="xs" w={220} aria-label={t('ask.owner', { name })} placeholder={t('ask.owner.none')} clearable searchable disabled={readOnly} data={list.map((user) => ({ value: user.email, label: user.name }))}
            clearButtonProps={{ 'aria-label': t('ui:clear') }} value={renames.find((rename) => rename.what === 'owner' && rename.from === name)?.to ?? null} onChange={(to) => set(name, to)} />
        </Group>
      ))}
    </div>
  );
}
