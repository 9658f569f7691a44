import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { fieldErrors } from '@/api/problem';
import { queryClient } from '@/app/query';
import { useMe } from '@/auth/hooks';
import { problemText } from '@/ui/problemText';

const EMPTY = { given_name: '', family_name: '', email: '', phone: '', job_title: '' };

/** The API's names of what the form's short fields are part of. */
const PLACES: Record<string, string> = { 'emails[0].address': 'email', 'emails.0.address': 'email', emails: 'email', 'phones[0].number': 'phone', 'phones.0.number': 'phone', phones: 'phone' };

export function NewContact({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation('contacts');
  const { user } = useMe();
  const navigate = useNavigate();
  const form = useForm({ initialValues: EMPTY });
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function save({ email, phone, ...names }: typeof EMPTY) {
    const given = Object.fromEntries(Object.entries(names).filter(([, value]) => value.trim() !== ''));
    const body = { ...given, owner_id: user.id, emails: email ? [{ address: email, primary: true }] : [], phones: phone ? [{ number: phone, primary: true }] : [] };
    const contact = await take(api.POST('/api/v1/contacts', { body }));
    void queryClient.invalidateQueries({ queryKey: ['contacts'] });
    form.reset();
    close();
    await navigate({ to: '/contacts/$id', params: { id: contact.id } });
  }

  function submit(values: typeof EMPTY) {
    setBusy(true);
    setProblem(null);
    save(values).catch((error: unknown) => {
      form.setErrors(Object.fromEntries(Object.entries(fieldErrors(error)).map(([field, message]) => [PLACES[field] ?? field, message])));
      setProblem(error);
    }).finally(() => setBusy(false));
  }

  return (
    <Modal opened={opened} onClose={close} title={t('new')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form onSubmit={form.onSubmit(submit)}>
        <Stack gap="sm">
          {problem !== null && <Alert color="red" variant="light" role="alert">{problemText(problem)}</Alert>}
          <Group grow>
            <TextInput label={t('given')} data-autofocus {...form.getInputProps('given_name')} />
            <TextInput label={t('family')} {...form.getInputProps('family_name')} />
          </Group>
          <TextInput label={t('email')} type="email" {...form.getInputProps('email')} />
          <TextInput label={t('phone')} type="tel" {...form.getInputProps('phone')} />
          <TextInput label={t('job')} {...form.getInputProps('job_title')} />
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={close}>{t('ui:cancel')}</Button>
            <Button type="submit" loading={busy}>{t('ui:add')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
