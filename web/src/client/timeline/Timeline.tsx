import { Button, Group, Loader } from '@mantine/core';
import { IconTimeline } from '@tabler/icons-react';
import { useCallback, useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import type { Client } from '../useClient';
import { Above } from './Above';
import { byDay } from './group';
import { idOf, LineOf } from './LineOf';
import classes from './Timeline.module.css';
import { EVERYTHING, type LineFilter, useTimeline } from './useTimeline';

/** More than a screen holds. */
const FIRST = 8;

/** Everything that happened with the client, the newest first. */
export function Timeline({ client }: { client: Client }) {
  const { t } = useTranslation('client');
  const { day: dayText } = useFormat();
  const [filter, setFilter] = useState<LineFilter>(EVERYTHING);
  const line = useTimeline(client, filter);
  // The newest are seen at once, the others a moment later.
  const whole = useDeferredValue(true, false);
  const entries = whole ? line.entries : line.entries.slice(0, FIRST);
  const days = useMemo(() => byDay(entries), [entries]);
  const change = useCallback((next: LineFilter) => setFilter(normal(next)), []);
  return (
    <div>
      <h2 className="tl-hidden">{t('part.line')}</h2>
      <Above client={client} filter={filter} change={change} />
      {line.error && days.length === 0 && <ErrorState error={line.error} reset={() => void line.refetch()} />}
      {line.isPending && <Group justify="center" p="xl"><Loader size="sm" /></Group>}
      {line.isSuccess && days.length === 0 && <EmptyState icon={IconTimeline} title={t(filter === EVERYTHING ? 'line.empty' : 'line.nothing')} text={t(filter === EVERYTHING ? 'line.empty.text' : 'line.nothing.text')} />}
      {days.map(({ day, lines }) => (
        <section key={day} className={classes.section} aria-label={dayText(day)}>
          <h3 className={classes.day}>{dayText(day)}</h3>
          <ol className={classes.list}>{lines.map((line) => <LineOf key={idOf(line)} line={line} />)}</ol>
        </section>
      ))}
      {line.hasNextPage && <Group justify="center" mt="md"><Button variant="default" loading={line.isFetchingNextPage} onClick={() => void line.fetchNextPage()}>{t('earlier')}</Button></Group>}
    </div>
  );
}

/** No filter at all is always the same one, whose first page is there already. */
function normal(filter: LineFilter): LineFilter {
  return filter.channels.length + filter.types.length === 0 && !filter.online && !filter.to ? EVERYTHING : filter;
}
