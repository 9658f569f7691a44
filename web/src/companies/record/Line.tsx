import { Button, Group, Loader, Text } from '@mantine/core';
import { IconTimeline } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Contact, useContactNames } from '@/app/lookups';
import { byDay, type Line as DayLine } from '@/client/timeline/group';
import { Jumped } from '@/client/timeline/Jumped';
import { LineFilters } from '@/client/timeline/LineFilters';
import { idOf, LineOf } from '@/client/timeline/LineOf';
import { MapSpace, Minimap } from '@/client/timeline/Minimap';
import classes from '@/client/timeline/Timeline.module.css';
import { EVERYTHING, type LineFilter } from '@/client/timeline/useTimeline';
import { CHANNELS } from '@/ui/channels';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import { useCompanyLine, useCompanyMonths } from './useCompany';

/** What happened with all who work there, each entry with whose it is. */
export function Line({ id }: { id: string }) {
  const { t } = useTranslation('companies');
  const { day: dayText } = useFormat();
  const [filter, setFilter] = useState<LineFilter>(EVERYTHING);
  const line = useCompanyLine(id, filter);
  const months = useCompanyMonths(id, filter);
  const jump = (to: string | null) => setFilter({ ...filter, to });
  const days = useMemo(() => byDay(line.entries), [line.entries]);
  const names = useContactNames(line.entries.map(({ contact_id }) => contact_id));
  const narrowed = filter.channels.length + filter.types.length > 0 || filter.online !== '' || filter.to !== null;
  return (
    <div>
      <h2 className="tl-hidden">{t('part.line')}</h2>
      {months ? <Minimap months={months} at={filter.to} jump={jump} /> : <MapSpace />}
      <LineFilters channels={CHANNELS} {...(months?.[0] ? { first: months[0].month } : {})} filter={filter} change={setFilter} />
      <Jumped to={filter.to} back={() => jump(null)} />
      {line.error && days.length === 0 && <ErrorState error={line.error} reset={() => void line.refetch()} />}
      {line.isPending && <Group justify="center" p="xl"><Loader size="sm" role="status" aria-label={t('ui:loading')} /></Group>}
      {line.isSuccess && days.length === 0 && <EmptyState icon={IconTimeline} title={t(narrowed ? 'line.nothing' : 'line.empty')} text={t(narrowed ? 'line.nothing.text' : 'line.empty.text')} />}
      {days.map(({ day, lines }) => (
        <section key={day} aria-label={dayText(day)}>
          <h3 className={classes.day}>{dayText(day)}</h3>
          <ol className={classes.list}>{lines.map((one) => <LineOfOne key={idOf(one)} line={one} names={names} />)}</ol>
        </section>
      ))}
      {line.hasNextPage && <Group justify="center" mt="md"><Button variant="default" loading={line.isFetchingNextPage} onClick={() => void line.fetchNextPage()}>{t('earlier')}</Button></Group>}
    </div>
  );
}

function LineOfOne({ line, names }: { line: DayLine; names: Map<string, Contact> | undefined }) {
  const id = (line.kind === 'entry' ? line.entry : line.entries[0]).contact_id;
  const name = names?.get(id)?.display_name;
  return <LineOf line={line} who={name && <Link to="/contacts/$id" params={{ id }} className="tl-link"><Text size="xs" fw={550} c="var(--mantine-color-text)" component="span" dir="auto">{name}</Text></Link>} />;
}
