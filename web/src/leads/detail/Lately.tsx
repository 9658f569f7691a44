import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { byDay } from '@/client/timeline/group';
import { idOf, LineOf } from '@/client/timeline/LineOf';
import { useFormat } from '@/ui/format';
import classes from './Detail.module.css';
import type { Lead } from './useLead';

const FEW = 30;

/** What happened lately about the lead and with its client. */
export function Lately({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads');
  const { day: dayText } = useFormat();
  const { data } = useQuery({
    queryKey: ['leads', 'one', lead.id, 'timeline'], enabled: useMay('interactions:read'),
    queryFn: ({ signal }) => take(api.GET('/api/v1/leads/{id}/timeline', { params: { path: { id: lead.id }, query: { limit: FEW, type: 'interaction,note,task' } }, signal })),
  });
  const days = useMemo(() => byDay(data?.items ?? []), [data]);
  return (
    <section aria-labelledby={`lately-${lead.id}`}>
      <h2 className={classes.part} id={`lately-${lead.id}`}>{t('lately')}</h2>
      {data?.items.length === 0 && <Text size="sm" c="dimmed">{t('lately.none')}</Text>}
      {days.map(({ day, lines }) => (
        <div key={day}>
          <h3 className={classes.day}>{dayText(day)}</h3>
          <ol className={classes.plain}>
            {lines.map((line) => <LineOf key={idOf(line)} line={line} />)}
          </ol>
        </div>
      ))}
      {data?.next_cursor && <Link to="/contacts/$id" params={{ id: lead.contact_id }} search={{ lead: lead.id }} className={classes.more}>{t('lately.all')}</Link>}
    </section>
  );
}
