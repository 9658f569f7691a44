import { Button, Group, Menu, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash, IconUsersGroup } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { EmptyState } from '@/ui/EmptyState';
import { Initials } from '@/ui/Initials';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { RowItem, Rows } from '@/ui/Rows';
import { EntryMenu, NameForm } from '../Entries';
import { Frame } from '../Frame';
import { saveSetting } from '../save';
import { type Team, useTeams } from './users';

const refresh = () => queryClient.invalidateQueries({ queryKey: ['teams'] });
const make = (name: string) => take(api.POST('/api/v1/teams', { body: { name } }));

async function latest(team: Team): Promise<Team> {
  const { items } = await take(api.GET('/api/v1/teams'));
  return items.find(({ id }) => id === team.id) ?? team;
}

const rename = (base: Team, changes: Partial<Team>, label: string) => saveSetting<Team>({
  base, changes, label: () => label, latest: () => latest(base),
  save: (body, version) => take(api.PATCH('/api/v1/teams/{id}', { params: { path: { id: base.id }, header: ifMatch(version) }, body })),
});

export default function TeamsPage() {
  const { t } = useTranslation('settings');
  const teams = useTeams();
  const users = useUsers();
  const mayManage = useMay('users:manage');
  const [editing, setEditing] = useState<Team | 'new' | null>(null);

  async function remove(team: Team) {
    await take(api.DELETE('/api/v1/teams/{id}', { params: { path: { id: team.id }, header: ifMatch(team.version) } }));
    void refresh();
    notifyUndo(t('deleted', { name: team.name }), () => make(team.name).then(refresh));
  }
  const add = mayManage && <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>{t('team.new')}</Button>;
  const menu = (team: Team, empty: boolean) => (
    <EntryMenu name={team.name} rename={() => setEditing(team)}>
      <Tooltip label={t('team.full')} disabled={empty}>
        <Menu.Item color="red" disabled={!empty} leftSection={<IconTrash size={15} />} onClick={() => void remove(team).catch(notifyProblem)}>{t('ui:delete')}</Menu.Item>
      </Tooltip>
    </EntryMenu>
  );
  return (
    <Frame name="teams" found={teams.found} actions={add}>
      {teams.list.length === 0 ? <EmptyState icon={IconUsersGroup} title={t('team.empty.title')} text={t('team.empty.text')}>{add}</EmptyState> : (
        <Rows label={t('page.teams')}>
          {teams.list.map((team) => {
            const people = users.list.filter(({ team_id, active }) => team_id === team.id && active);
            return (
              <RowItem key={team.id} title={team.name} sub={people.map(({ name }) => name).join(', ') || t('team.nobody')} open={mayManage ? () => setEditing(team) : undefined}
                actions={mayManage && menu(team, users.list.every(({ team_id }) => team_id !== team.id))}>
                {people.length > 0 && <Group gap={4} visibleFrom="sm">{people.slice(0, 5).map(({ id, name }) => <Initials key={id} name={name} size={24} />)}</Group>}
              </RowItem>
            );
          })}
        </Rows>
      )}
      {editing && <TeamForm team={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </Frame>
  );
}

function TeamForm({ team, close }: { team: Team | null; close: () => void }) {
  const { t } = useTranslation('settings');
  const save = async (name: string) => {
    await (team ? rename(team, { name }, t('name')) : make(name));
    void refresh();
  };
  return <NameForm title={t(team ? 'rename' : 'team.new')} name={team?.name} example={t('team.example')} save={save} close={close} />;
}
