import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take } from '@/api/client';
import { useMe } from '@/auth/hooks';
import { loadMe } from '@/auth/session';
import { ProblemAlert } from '@/ui/form/ProblemAlert';
import { useSubmit } from '@/ui/form/useSubmit';
import { notifyDone } from '@/ui/notify';
import { Frame, Part } from '../Frame';
import classes from '../Settings.module.css';
import { Sessions } from './Sessions';

export default function AccountPage() {
  const { t } = useTranslation('settings');
  return (
    <Frame name="account">
      <Profile />
      <Part title={t('account.password')}><Password /></Part>
      <Part title={t('account.sessions')}><Sessions /></Part>
    </Frame>
  );
}

function Profile() {
  const { t } = useTranslation('settings');
  const { user } = useMe();
  const form = useForm({ initialValues: { name: user.name } });
  const sending = useSubmit(form, async (body) => {
    await take(api.PATCH('/api/v1/me', { params: { header: ifMatch(user.version) }, body })).finally(loadMe);
    form.resetDirty();
    notifyDone(t('ui:saved'));
  });
  return (
    <form onSubmit={sending.submit} className={classes.card} noValidate aria-label={t('account.profile')}>
      <Stack gap="sm" maw={420}>
        <ProblemAlert problem={sending.problem} />
        <TextInput label={t('user.name')} required autoComplete="name" maxLength={100} {...form.getInputProps('name')} />
        <TextInput label={t('user.email')} description={t('account.email.hint')} value={user.email} variant="filled" readOnly autoComplete="off" />
        <TextInput label={t('user.role')} value={t(`ui:role.${user.role}`)} variant="filled" readOnly />
        <Group><Button type="submit" loading={sending.busy} disabled={!form.isDirty()}>{t('ui:save')}</Button></Group>
      </Stack>
    </form>
  );
}

function Password() {
  const { t } = useTranslation('settings');
  const { user } = useMe();
  const form = useForm({ initialValues: { current_password: '', new_password: '' } });
  const sending = useSubmit(form, async (body) => {
    await take(api.POST('/api/v1/me/password', { body }));
    form.reset();
    notifyDone(t('account.password.done'));
  });
  return (
    <form onSubmit={sending.submit} className={classes.card} noValidate aria-label={t('account.password')}>
      <Stack gap="sm" maw={420}>
        <ProblemAlert problem={sending.problem} />
        {/* Password managers want to know whose password it is. */}
        <input type="email" autoComplete="username" value={user.email} readOnly hidden />
        <PasswordInput label={t('account.password.current')} required autoComplete="current-password" {...form.getInputProps('current_password')} />
        <PasswordInput label={t('account.password.new')} description={t('setup:password.hint')} required autoComplete="new-password" {...form.getInputProps('new_password')} />
        <Group><Button type="submit" loading={sending.busy} disabled={!form.values.current_password || !form.values.new_password}>{t('account.password.change')}</Button></Group>
      </Stack>
    </form>
  );
}
