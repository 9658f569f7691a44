import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { CopyAction } from '@/ui/Copy';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { notifyDone } from '@/ui/notify';
import { newPassword, type User } from './users';

/** A password for somebody else, who has forgotten theirs. It ends their sessions. */
export function PasswordForm({ user, close }: { user: User; close: () => void }) {
  const { t } = useTranslation('settings');
  const form = useForm({ initialValues: { password: newPassword() } });
  const sending = useSubmit(form, async (body) => {
    await take(api.POST('/api/v1/users/{id}/password', { params: { path: { id: user.id } }, body }));
    notifyDone(t('user.password.done', { name: user.name }));
    close();
  });
  return (
    <FormModal title={t('user.password.title', { name: user.name })} close={close} sending={sending} action={t('user.password.set')}>
      <TextInput label={t('user.password')} description={t('user.password.hint')} required autoComplete="off" data-autofocus {...form.getInputProps('password')} />
      <Group gap="xs">
        <CopyAction value={form.values.password} />
        <Button variant="subtle" size="compact-xs" onClick={() => form.setFieldValue('password', newPassword())}>{t('user.password.other')}</Button>
      </Group>
    </FormModal>
  );
}
