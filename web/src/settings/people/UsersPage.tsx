import { ActionIcon, Badge, Button, Checkbox, Menu } from '@mantine/core';
import { IconDots, IconKey, IconPencil, IconPlus, IconUserOff, IconUserCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUsers } from '@/app/lookups';
import { useMay, useMe } from '@/auth/hooks';
import { Initials } from '@/ui/Initials';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { RowItem, Rows } from '@/ui/Rows';
import { Frame } from '../Frame';
import { PasswordForm } from './PasswordForm';
import { UserForm } from './UserForm';
import { changeUser, refreshUsers, type User, useTeams } from './users';

type Doing = { what: 'edit' | 'password'; user: User } | { what: 'new' };

export default function UsersPage() {
  const { t } = useTranslation('settings');
  const users = useUsers();
  const teams = useTeams();
  const me = useMe();
  const mayManage = useMay('users:manage');
  const [doing, setDoing] = useState<Doing | null>(null);
  const [left, setLeft] = useState(false);
  const shown = users.list.filter(({ active }) => left || active);
  const gone = users.list.length - users.list.filter(({ active }) => active).length;
  const close = () => setDoing(null);

  async function activate(user: User, active: boolean) {
    const after = await changeUser(user, { active });
    refreshUsers();
    notifyUndo(t(active ? 'user.active.done' : 'user.inactive.done', { name: user.name }), () => changeUser(after, { active: !active }).then(refreshUsers));
  }
  const menu = (user: User) => (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon aria-label={t('actions', { name: user.name })}><IconDots size={16} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setDoing({ what: 'edit', user })}>{t('ui:edit')}</Menu.Item>
        {user.id !== me.user.id && <Menu.Item leftSection={<IconKey size={15} />} onClick={() => setDoing({ what: 'password', user })}>{t('user.password.set')}</Menu.Item>}
        {user.id !== me.user.id && (user.active
          ? <Menu.Item color="red" leftSection={<IconUserOff size={15} />} onClick={() => void activate(user, false).catch(notifyProblem)}>{t('user.deactivate')}</Menu.Item>
          : <Menu.Item leftSection={<IconUserCheck size={15} />} onClick={() => void activate(user, true).catch(notifyProblem)}>{t('user.activate')}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <Frame name="users" note={users.list.length > 0 && t('user.count', { count: users.list.length - gone })}
      actions={mayManage && <Button leftSection={<IconPlus size={15} />} onClick={() => setDoing({ what: 'new' })}>{t('user.new')}</Button>}>
      <Rows label={t('page.users')}>
        {shown.map((user) => (
          <RowItem key={user.id} lead={<Initials name={user.name} size={30} />} faint={!user.active} sub={user.email}
            title={user.id === me.user.id ? t('user.you', { name: user.name }) : user.name}
            open={mayManage ? () => setDoing({ what: 'edit', user }) : undefined} actions={mayManage && menu(user)}>
            {!user.active && <Badge variant="outline" color="gray" c="dimmed">{t('user.left')}</Badge>}
            {user.team_id && <span>{teams.byId.get(user.team_id)}</span>}
            <Badge variant="light" color={user.role === 'admin' ? 'iris' : 'gray'} c={user.role === 'admin' ? 'var(--tl-accent)' : 'var(--mantine-color-text)'}>{t(`ui:role.${user.role}`)}</Badge>
          </RowItem>
        ))}
      </Rows>
      {gone > 0 && <Checkbox mt="sm" size="xs" label={t('user.left.show', { count: gone })} checked={left} onChange={(event) => setLeft(event.currentTarget.checked)} />}
      {doing?.what === 'password' && <PasswordForm user={doing.user} close={close} />}
      {(doing?.what === 'edit' || doing?.what === 'new') && <UserForm user={doing.what === 'edit' ? doing.user : null} close={close} />}
    </Frame>
  );
}
