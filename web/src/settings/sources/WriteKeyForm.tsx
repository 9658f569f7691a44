import { TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { refreshKeys } from '../keys/keys';

export function WriteKeyForm({ close, made }: { close: () => void; made: (key: string) => void }) {
  const { t } = useTranslation('settings');
  const form = useForm({ initialValues: { name: '', origins: [] as string[] } });
  const sending = useSubmit(form, async ({ name, origins }) => {
    const { key } = await take(api.POST('/api/v1/api-keys', { body: { name, scopes: ['ingest:write'], origins: origins.length > 0 ? origins : null } }));
    refreshKeys();
    made(key ?? '');
  });
  return (
    <FormModal title={t('site.new')} action={t('key.make')} close={close} sending={sending}>
      <TextInput label={t('site.name')} description={t('site.name.hint')} required data-autofocus maxLength={100} {...form.getInputProps('name')} />
      <TagsInput label={t('site.origins')} description={t('site.origins.hint')} placeholder={form.values.origins.length ? '' : 'https://www.example.com'} acceptValueOnBlur
        {...form.getInputProps('origins')} onChange={(origins) => form.setFieldValue('origins', origins.map(originOf))} />
    </FormModal>
  );
}

/** What somebody pastes is often the address of a page. */
function originOf(text: string): string {
  try {
    return new URL(/^https?:\/\//.test(text) ? text : `https://${text}`).origin;
  } catch {
    return text;
  }
}
