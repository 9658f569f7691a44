import { Button, Modal, NativeSelect, Stack, TextInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { LANGUAGES } from '@/app/language';
import { loadMe } from '@/auth/session';
import { useMe } from '@/auth/hooks';
import { saveTogether } from '@/ui/conflict/save';
import { OnceOnly } from '@/ui/Copy';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { changeUser, newPassword, refreshUsers, ROLES, type User, useTeams } from './users';

export function UserForm({ user, close }: { user: User | null; close: () => void }) {
  const [made, setMade] = useState<{ user: User; password: string } | null>(null);
  if (made) return <Made {...made} close={close} />;
  return <Fields user={user} close={close} made={setMade} />;
}

interface Props {
  user: User | null;
  close: () => void;
  made: (made: { user: User; password: string }) => void;
}

function Fields({ user, close, made }: Props) {
  const { t } = useTranslation('settings');
  const me = useMe();
  const teams = useTeams();
  const form = useForm({
    initialValues: { name: user?.name ?? '', email: user?.email ?? '', role: user?.role ?? ('sales' as Schemas['Role']), team_id: user?.team_id ?? '', locale: user?.locale ?? '' },
  });
  const show = (key: string, value: unknown) => (key === 'team_id' ? teams.byId.get(String(value)) ?? '—' : key === 'role' ? t(`ui:role.${String(value)}`) : String(value ?? '—'));
  const sending = useSubmit(form, async (values) => {
    const body = { ...values, team_id: values.team_id || null, locale: values.locale || null };
    if (user) {
      await saveTogether<User>({
        base: user, changes: body, show, label: (key) => t(`user.${key}`),
        latest: () => take(api.GET('/api/v1/users/{id}', { params: { path: { id: user.id } } })),
        save: (changes, version) => changeUser({ id: user.id, version }, changes as Schemas['UserPatch']),
      });
      if (user.id === me.user.id) await loadMe();
      close();
    } else {
      const password = newPassword();
      made({ user: await take(api.POST('/api/v1/users', { body: { ...body, password } })), password });
    }
    refreshUsers();
  });
  return (
    <FormModal title={user ? user.name : t('user.new')} action={user ? undefined : t('ui:add')} close={close} sending={sending}>
      <TextInput label={t('user.name')} required data-autofocus autoComplete="off" maxLength={100} {...form.getInputProps('name')} />
      <TextInput label={t('user.email')} description={t('user.email.hint')} type="email" required autoComplete="off" {...form.getInputProps('email')} />
      <NativeSelect label={t('user.role')} description={t(`role.${form.values.role}`)} {...form.getInputProps('role')} data={ROLES.map((value) => ({ value, label: t(`ui:role.${value}`) }))} />
      <NativeSelect label={t('user.team_id')} description={t('user.team.hint')} {...form.getInputProps('team_id')}
        data={[{ value: '', label: '—' }, ...teams.list.map(({ id, name }) => ({ value: id, label: name }))]} />
      <NativeSelect label={t('user.locale')} {...form.getInputProps('locale')}
        data={[{ value: '', label: t('user.locale.browser') }, ...Object.entries({ ...LANGUAGES, ...(user?.locale && !(user.locale in LANGUAGES) ? { [user.locale]: user.locale } : {}) }).map(([value, label]) => ({ value, label }))]} />
    </FormModal>
  );
}

/** The password is made here, and whoever made the user hands it over. */
function Made({ user, password, close }: { user: User; password: string; close: () => void }) {
  const { t } = useTranslation('settings');
  return (
    <Modal opened onClose={close} title={t('user.made', { name: user.name })} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <Stack gap="md">
        <OnceOnly value={password} text={t('user.made.text', { email: user.email })} />
        <Text size="xs" c="dimmed">{t('user.made.hint')}</Text>
        <Button onClick={close} ml="auto">{t('done')}</Button>
      </Stack>
    </Modal>
  );
}
