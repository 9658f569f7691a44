import { Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { CHANNEL_ICONS, CHANNELS } from '@/ui/channels';
import { EmptyState } from '@/ui/EmptyState';
import { Initials } from '@/ui/Initials';
import { type Query, reportQuery } from '../ask';
import { Delta } from '../Count';
import classes from '../Funnel.module.css';
import { Report } from '../Report';
import { drill } from '../steps/drill';
import type { TabProps } from '../steps/FunnelTab';
import { type Activity, useReport } from '../useReport';
import { type Behind, Facts, FactsContext, FactsDrawer } from './FactsDrawer';

type Person = Schemas['OwnerActivity'];
const COUNTS = ['notes', 'stage_moves', 'tasks_done', 'leads_entered', 'won', 'lost'] as const;

/** What each person did. */
export default function TeamTab({ ask, snapshot }: TabProps) {
  const query = reportQuery(ask);
  const report = useReport('activity', query, snapshot);
  const [behind, setBehind] = useState<Behind | null>(null);
  return (
    <FactsContext value={setBehind}>
      <Report found={report}>{(data) => <Content report={data} query={drill(query, data, {})} />}</Report>
      <FactsDrawer behind={behind} close={() => setBehind(null)} />
    </FactsContext>
  );
}

const busy = (person: Person) => person.touchpoints + COUNTS.reduce((sum, key) => sum + person[key], 0);

function Content({ report, query }: { report: Activity; query: Query }) {
  const { t } = useTranslation('funnel');
  const people = report.owners.filter((person) => busy(person) > 0).sort((a, b) => b.touchpoints - a.touchpoints);
  const before = new Map(report.compared?.owners.map((person) => [person.user_id, person]));
  if (people.length === 0) return <EmptyState icon={IconUsers} title={t('team.empty')} text={t('team.empty.text')} />;
  const most = Math.max(...people.map(({ touchpoints }) => touchpoints), 1);
  return (
    <section className={classes.card} aria-label={t('tab.team')}>
      <Text size="xs" c="dimmed" mb="xs">{t('team.text')}</Text>
      <div className={classes.sideways} tabIndex={0} role="group" aria-label={t('tab.team')}>
        <table className={classes.table}>
          <thead>
            <tr><th scope="col">{t('team.person')}</th><th scope="col" className={classes.wide}>{t('team.touchpoints')}</th>{COUNTS.map((key) => <th key={key} scope="col" data-right>{t(`team.${key}`)}</th>)}</tr>
          </thead>
          <tbody>{people.map((person) => <Row key={person.user_id} person={person} query={{ ...query, user_id: person.user_id }} before={before.get(person.user_id)} most={most} compared={report.compared != null} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

interface RowProps {
  person: Person;
  before: Person | undefined;
  most: number;
  compared: boolean;
  query: Query;
}

function Row({ person, before, most, compared, query }: RowProps) {
  const { t } = useTranslation('funnel');
  const facts = (set: 'touchpoints' | typeof COUNTS[number], className?: string) => (
    <Facts count={person[set]} title={`${person.name}: ${t(`team.${set}`)}`} query={{ ...query, set }} className={className} />
  );
  return (
    <tr>
      <th scope="row"><span className={classes.person}><Initials name={person.name} size={22} /><span dir="auto">{person.name}</span></span></th>
      <td className={classes.wide}>
        <div className={classes.lean}><i style={{ width: `${(person.touchpoints / most) * 100}%` }} />{facts('touchpoints', classes.over)}{compared && <Delta now={person.touchpoints} before={before?.touchpoints} />}</div>
        <Channels counts={person.by_channel as Record<string, number>} name={person.name} query={query} />
      </td>
      {COUNTS.map((key) => <td key={key} data-right>{facts(key)}{compared && <div><Delta down={key === 'lost'} now={person[key]} before={before?.[key]} /></div>}</td>)}
    </tr>
  );
}

function Channels({ counts, name, query }: { counts: Record<string, number>; name: string; query: Query }) {
  const { t } = useTranslation('funnel');
  return (
    <ul className={classes.channels}>
      {CHANNELS.filter((channel) => counts[channel]).map((channel) => {
        const Mark = CHANNEL_ICONS[channel];
        const label = t(`ui:channel.${channel}`);
        return <li key={channel} title={label}><Mark size={13} aria-hidden /><Facts count={counts[channel] ?? 0} title={`${name}: ${label}`} query={{ ...query, set: 'touchpoints', channel }} /></li>;
      })}
    </ul>
  );
}
