import { Button, Group, NativeSelect, Popover, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCalendar } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePipelines } from '@/app/lookups';
import { FilterBar } from '@/ui/filters/FilterBar';
import { useFormat } from '@/ui/format';
import { AHEAD, type Ask, narrowingOf, type Period, pick, type Query, type Range, RANGES } from './ask';
import classes from './Funnel.module.css';
import { lastDay, nextDay } from '@/ui/days';
import { useNarrowing } from './useNarrowing';

interface Props {
  ask: Ask;
  set: (changes: Query) => void;
}

/** Whose leads and of which time: the same for all reports. */
export function Cohort({ ask, set }: Props) {
  const { t } = useTranslation('funnel');
  const { list } = usePipelines();
  const known = narrowingOf(ask.tab);
  const fields = useNarrowing().filter(({ key }) => known.includes(key));
  const people = ask.tab === 'team';
  const pipelines = list.filter(({ archived_at, id }) => !archived_at || id === ask.pipeline);
  const narrow = (values: Query) => set({ ...Object.fromEntries(fields.map(({ key }) => [key, ''])), ...values });
  const ahead = ask.tab === 'forecast';
  const comparable = ahead ? ask.closing.span.from && ask.closing.span.to : ask.span.from;
  return (
    <Group gap={6} mb="sm" className={classes.cohort}>
      {pipelines.length > 1 && !people && (
        <NativeSelect size="xs" maw={240} aria-label={t('pipeline')} value={ask.pipeline} data={pipelines.map(({ id, name }) => ({ value: id, label: name }))} onChange={(event) => set({ pipeline: event.currentTarget.value })} />
      )}
      {ahead ? (
        <PeriodPicker period={ask.closing} ranges={AHEAD} label={t('closing')} any={t('closing.any')} choose={({ range, from, to }) => set({ close: range === 'all' ? '' : range, close_from: from, close_to: to })} />
      ) : <PeriodPicker period={ask} ranges={RANGES} choose={set} />}
      <NativeSelect size="xs" aria-label={t('compare')} value={ask.compare} disabled={!comparable} onChange={(event) => set({ compare: event.currentTarget.value })}
        data={['', 'previous', 'last_year'].map((value) => ({ value, label: t(`compare.${value || 'none'}`) }))} />
      <FilterBar fields={fields} values={pick(ask.narrow, known)} change={narrow} />
    </Group>
  );
}

interface PickerProps {
  period: Period;
  ranges: readonly Range[];
  /** What the days are of, where not those of the report. */
  label?: string;
  /** All of them, where that is not all time. */
  any?: string;
  choose: (period: { range: string; from: string; to: string }) => void;
}

/** Named periods, or days. */
function PeriodPicker({ period: { range: chosen, span }, ranges, label, any, choose }: PickerProps) {
  const { t } = useTranslation('funnel');
  const { day } = useFormat();
  const [opened, { toggle, close }] = useDisclosure();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  function begin() {
    setFrom(span.from?.slice(0, 10) ?? '');
    setTo(span.to ? lastDay(span.to) : '');
    toggle();
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    choose({ range: '', from, to: to ? nextDay(to) : '' });
    close();
  }
  const name = (range: Range) => (range === 'all' && any) || t(`range.${range}`);
  const days = [span.from ? day(span.from) : '…', span.to ? day(lastDay(span.to)) : '…'].join(' – ');
  return (
    <Popover opened={opened} onChange={close} position="bottom-start" trapFocus width={330}>
      <Popover.Target>
        <Button variant="default" leftSection={<IconCalendar size={15} />} onClick={begin} aria-expanded={opened}>
          {label && <span className={classes.about}>{label}</span>}{chosen ? name(chosen) : days}{chosen && chosen !== 'all' && <span className={classes.days}>{days}</span>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.ranges}>
          {ranges.map((range) => (
            <Button key={range} variant={chosen === range ? 'light' : 'subtle'} color={chosen === range ? 'iris' : 'gray'} justify="start" size="compact-sm"
              aria-pressed={chosen === range} onClick={() => { choose({ range, from: '', to: '' }); close(); }}>{name(range)}</Button>
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
