import { Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMe } from '@/auth/hooks';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';

const EMPTY = { given_name: '', family_name: '', email: '', phone: '', job_title: '' };

export function NewContact({ opened, close }: { opened: boolean; close: () => void }) {
  return opened ? <NewContactForm close={close} /> : null;
}

function NewContactForm({ close }: { close: () => void }) {
  const { t } = useTranslation('contacts');
  const { user } = useMe();
  const navigate = useNavigate();
  const form = useForm({ initialValues: EMPTY });
  const sending = useSubmit(form, async ({ email, phone, ...names }) => {
    const given = Object.fromEntries(Object.entries(names).filter(([, value]) => value.trim() !== ''));
    const body = { ...given, owner_id: user.id, emails: email ? [{ address: email, primary: true }] : [], phones: phone ? [{ number: phone, primary: true }] : [] };
    const contact = await take(api.POST('/api/v1/contacts', { body }));
    void queryClient.invalidateQueries({ queryKey: ['contacts'] });
    close();
    await navigate({ to: '/contacts/$id', params: { id: contact.id } });
  }, { emails: 'email', phones: 'phone' });
  return (
    <FormModal title={t('new')} action={t('ui:add')} close={close} sending={sending}>
      <Group grow align="start">
        <TextInput label={t('given')} data-autofocus {...form.getInputProps('given_name')} />
        <TextInput label={t('family')} {...form.getInputProps('family_name')} />
      </Group>
      <TextInput label={t('email')} type="email" {...form.getInputProps('email')} />
      <TextInput label={t('phone')} type="tel" {...form.getInputProps('phone')} />
      <TextInput label={t('job')} {...form.getInputProps('job_title')} />
    </FormModal>
  );
}
