import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMe } from '@/auth/hooks';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { notifyDone } from '@/ui/notify';

export function NewCompany({ opened, close }: { opened: boolean; close: () => void }) {
  return opened ? <NewCompanyForm close={close} /> : null;
}

function NewCompanyForm({ close }: { close: () => void }) {
  const { t } = useTranslation('companies');
  const { user } = useMe();
  const form = useForm({ initialValues: { name: '', domain: '', industry: '', phone: '' } });
  const sending = useSubmit(form, async (values) => {
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
    await take(api.POST('/api/v1/companies', { body: { ...given, name: values.name, owner_id: user.id } }));
    void queryClient.invalidateQueries({ queryKey: ['companies'] });
    notifyDone(t('ui:saved'));
    close();
  });
  return (
    <FormModal title={t('new')} action={t('ui:add')} close={close} sending={sending}>
      <TextInput label={t('name')} required data-autofocus {...form.getInputProps('name')} />
      <TextInput label={t('domain')} {...form.getInputProps('domain')} />
      <TextInput label={t('industry')} {...form.getInputProps('industry')} />
      <TextInput label={t('phone')} type="tel" {...form.getInputProps('phone')} />
    </FormModal>
  );
}
