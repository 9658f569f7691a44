import { Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { CHANNEL_ICONS, CHANNELS } from '@/ui/channels';
import { EmptyState } from '@/ui/EmptyState';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { reportQuery } from '../ask';
import { Delta } from '../Count';
import classes from '../Funnel.module.css';
import { Report } from '../Report';
import type { TabProps } from '../steps/FunnelTab';
import { type Activity, useReport } from '../useReport';

type Person = Schemas['OwnerActivity'];
const COUNTS = ['notes', 'stage_moves', 'tasks_done', 'leads_entered', 'won', 'lost'] as const;

/** What each person did. */
export default function TeamTab({ ask, snapshot }: TabProps) {
  const report = useReport('activity', reportQuery(ask), snapshot);
  return <Report found={report}>{(data) => <Content report={data} />}</Report>;
}

const busy = (person: Person) => person.touchpoints + COUNTS.reduce((sum, key) => sum + person[key], 0);

function Content({ report }: { report: Activity }) {
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
          <tbody>{people.map((person) => <Row key={person.user_id} person={person} before={before.get(person.user_id)} most={most} compared={report.compared != null} />)}</tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ person, before, most, compared }: { person: Person; before: Person | undefined; most: number; compared: boolean }) {
  const { number } = useFormat();
  return (
    <tr>
      <th scope="row"><span className={classes.person}><Initials name={person.name} size={22} /><span dir="auto">{person.name}</span></span></th>
      <td className={classes.wide}>
        <div className={classes.lean}><i style={{ width: `${(person.touchpoints / most) * 100}%` }} /><span className={classes.over}>{number(person.touchpoints)}</span>{compared && <Delta now={person.touchpoints} before={before?.touchpoints} />}</div>
        <Channels counts={person.by_channel as Record<string, number>} />
      </td>
      {COUNTS.map((key) => <td key={key} data-right>{number(person[key])}{compared && <div><Delta down={key === 'lost'} now={person[key]} before={before?.[key]} /></div>}</td>)}
    </tr>
  );
}

function Channels({ counts }: { counts: Record<string, number> }) {
  const { t } = useTranslation('funnel');
  const { number } = useFormat();
  return (
    <ul className={classes.channels}>
      {CHANNELS.filter((channel) => counts[channel]).map((channel) => {
        const Mark = CHANNEL_ICONS[channel];
        return <li key={channel} title={t(`ui:channel.${channel}`)}><Mark size={13} aria-hidden /><span className="tl-hidden">{t(`ui:channel.${channel}`)}</span>{number(counts[channel] ?? 0)}</li>;
      })}
    </ul>
  );
}
