import { Button, Group, NativeSelect, Popover, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendar } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePipelines } from '@/app/lookups';
import { FilterBar } from '@/ui/filters/FilterBar';
import { useFormat } from '@/ui/format';
import { type Ask, PEOPLE, type Query, RANGES } from './ask';
import classes from './Funnel.module.css';
import { lastDay, nextDay } from './days';
import { useNarrowing } from './useNarrowing';

interface Props {
  ask: Ask;
  set: (changes: Query) => void;
}

/** Whose leads and of which time: the same for all reports. */
export function Cohort({ ask, set }: Props) {
  const { t } = useTranslation('funnel');
  const { list } = usePipelines();
  const narrowing = useNarrowing();
  const people = ask.tab === 'team';
  const fields = people ? narrowing.filter(({ key }) => PEOPLE.includes(key)) : narrowing;
  const pipelines = list.filter(({ archived_at, id }) => !archived_at || id === ask.pipeline);
  const narrow = (values: Query) => set({ ...Object.fromEntries(fields.map(({ key }) => [key, ''])), ...values });
  // A journey counts clients, all of them.
  const clients = ask.tab === 'journey';
  const timeless = ask.tab === 'forecast';
  return (
    <Group gap={6} mb="sm" className={classes.cohort}>
      {pipelines.length > 1 && !people && (
        <NativeSelect size="xs" maw={240} aria-label={t('pipeline')} value={ask.pipeline} data={pipelines.map(({ id, name }) => ({ value: id, label: name }))} onChange={(event) => set({ pipeline: event.currentTarget.value })} />
      )}
      {!timeless && <PeriodPicker ask={ask} set={set} />}
      {!timeless && !clients && (
        <NativeSelect size="xs" aria-label={t('compare')} value={ask.compare} disabled={!ask.span.from} onChange={(event) => set({ compare: event.currentTarget.value })}
          data={['', 'previous', 'last_year'].map((value) => ({ value, label: t(`compare.${value || 'none'}`) }))} />
      )}
      {!clients && <FilterBar fields={fields} values={ask.narrow} change={narrow} />}
    </Group>
  );
}

/** Named periods, or days. */
function PeriodPicker({ ask, set }: Props) {
  const { t } = useTranslation('funnel');
  const { day } = useFormat();
  const [opened, { toggle, close }] = useDisclosure();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  function begin() {
    setFrom(ask.span.from?.slice(0, 10) ?? '');
    setTo(ask.span.to ? lastDay(ask.span.to) : '');
    toggle();
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    set({ range: '', from, to: to ? nextDay(to) : '' });
    close();
  }
  const days = [ask.span.from ? day(ask.span.from) : '…', ask.span.to ? day(lastDay(ask.span.to)) : '…'].join(' – ');
  return (
    <Popover opened={opened} onChange={close} position="bottom-start" trapFocus width={330}>
      <Popover.Target>
        <Button variant="default" leftSection={<IconCalendar size={15} />} onClick={begin} aria-expanded={opened}>
          {ask.range ? t(`range.${ask.range}`) : days}{ask.range && ask.range !== 'all' && <span className={classes.days}>{days}</span>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.ranges}>
          {RANGES.map((range) => (
            <Button key={range} variant={ask.range === range ? 'light' : 'subtle'} color={ask.range === range ? 'iris' : 'gray'} justify="start" size="compact-sm"
              aria-pressed={ask.range === range} onClick={() => { set({ range, from: '', to: '' }); close(); }}>{t(`range.${range}`)}</Button>
          ))}
        </div>
        <form onSubmit={submit}>
          <Stack gap="xs" mt="sm">
            <Group grow gap="xs">
              <TextInput size="xs" type="date" label={t('from')} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
              <TextInput size="xs" type="date" label={t('to')} value={to} min={from} onChange={(event) => setTo(event.currentTarget.value)} />
            </Group>
            <Button type="submit" disabled={!from && !to}>{t('ui:apply')}</Button>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
