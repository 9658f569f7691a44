import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { fieldErrors } from '@/api/problem';
import { queryClient } from '@/app/query';
import { useMe } from '@/auth/hooks';
import { notifyDone } from '@/ui/notify';
import { problemText } from '@/ui/problemText';

export function NewCompany({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation('companies');
  const { user } = useMe();
  const form = useForm({ initialValues: { name: '', domain: '', industry: '', phone: '' } });
  const [problem, setProblem] = useState<unknown>(null);

  async function save(values: typeof form.values) {
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
    await take(api.POST('/api/v1/companies', { body: { name: values.name, ...given, owner_id: user.id } }));
    void queryClient.invalidateQueries({ queryKey: ['companies'] });
    notifyDone(t('ui:saved'));
    form.reset();
    close();
  }

  return (
    <Modal opened={opened} onClose={close} title={t('new')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form onSubmit={form.onSubmit((values) => void save(values).catch((error: unknown) => { form.setErrors(fieldErrors(error)); setProblem(error); }))}>
        <Stack gap="sm">
          {problem !== null && <Alert color="red" variant="light" role="alert">{problemText(problem)}</Alert>}
          <TextInput label={t('name')} required data-autofocus {...form.getInputProps('name')} />
          <TextInput label={t('domain')} {...form.getInputProps('domain')} />
          <TextInput label={t('industry')} {...form.getInputProps('industry')} />
          <TextInput label={t('phone')} type="tel" {...form.getInputProps('phone')} />
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={close}>{t('ui:cancel')}</Button>
            <Button type="submit">{t('ui:add')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
