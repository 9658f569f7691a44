import { Button, Checkbox, Collapse, Input, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { usePipelines, useUsers } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { CHANNELS } from '@/ui/channels';
import { OnceOnly } from '@/ui/Copy';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { TypesInput } from './TypesInput';
import { saveSetting } from '../save';
import { changeWebhook, key, readWebhook, refreshWebhooks, type Webhook } from './webhooks';

type Filter = Record<'pipeline_id' | 'owner_id' | 'channel' | 'tag', string>;

function filterOf(hook: Webhook | null): Filter {
  const { pipeline_id, owner_id, channel, tag } = hook?.filter ?? {};
  return { pipeline_id: pipeline_id ?? '', owner_id: owner_id ?? '', channel: channel ?? '', tag: tag ?? '' };
}

/** Where changes are told, and of what. A new one is signed with a secret that is shown this once. */
export function WebhookForm({ hook, close }: { hook: Webhook | null; close: () => void }) {
  const { t } = useTranslation('settings');
  const [made, setMade] = useState<Schemas['NewSecret'] | null>(null);
  const form = useForm({
    initialValues: { url: hook?.url ?? '', description: hook?.description ?? '', types: hook?.types ?? ['*'], ordered: hook?.ordered ?? false, filter: filterOf(hook) },
  });
  const [narrowed, setNarrowed] = useState(Object.values(form.values.filter).some(Boolean));
  const sending = useSubmit(form, async ({ filter, description, ...values }) => {
    const given = { ...hook?.filter, ...Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, (narrowed && value) || null])) };
    const body = { ...values, description: description || null, filter: given } as Schemas['WebhookInput'];
    if (hook) {
      const { record } = await saveSetting<Webhook>({
        base: hook, changes: body as Partial<Webhook>, label: (name) => t(`hook.${name}`), latest: () => readWebhook(hook.id), save: (changes, version) => changeWebhook(hook.id, version, changes),
      });
      queryClient.setQueryData(key(hook.id), record);
      close();
    } else setMade(await take(api.POST('/api/v1/webhooks', { body })));
    void refreshWebhooks();
  });
  if (made) return <Secret made={made} title={t('hook.made')} close={close} go />;
  return (
    <FormModal title={hook ? t('ui:edit') : t('hook.new')} close={close} sending={sending} size="lg">
      <TextInput label={t('hook.url')} description={t('hook.url.hint')} type="url" required data-autofocus placeholder="https://" maxLength={2000} {...form.getInputProps('url')} />
      <TextInput label={t('hook.description')} maxLength={500} {...form.getInputProps('description')} />
      <Input.Wrapper label={t('hook.types')} error={form.errors.types} required><TypesInput value={form.values.types} change={(types) => form.setFieldValue('types', types)} /></Input.Wrapper>
      <Checkbox label={t('hook.narrow')} checked={narrowed} onChange={(event) => setNarrowed(event.currentTarget.checked)} />
      <Collapse expanded={narrowed}><FilterFields form={form} /></Collapse>
      <Checkbox label={t('hook.ordered')} description={t('hook.ordered.hint')} {...form.getInputProps('ordered', { type: 'checkbox' })} />
    </FormModal>
  );
}

interface FilterProps {
  form: { getInputProps: (field: string) => object };
}

function FilterFields({ form }: FilterProps) {
  const { t } = useTranslation('settings');
  const users = useUsers();
  const { list } = usePipelines();
  const any = { value: '', label: t('any') };
  return (
    <Stack gap="xs" pl="md">
      <NativeSelect label={t('hook.pipeline')} {...form.getInputProps('filter.pipeline_id')} data={[any, ...list.map(({ id, name }) => ({ value: id, label: name }))]} />
      <NativeSelect label={t('ui:owner')} {...form.getInputProps('filter.owner_id')} data={[any, ...users.list.map(({ id, name }) => ({ value: id, label: name }))]} />
      <NativeSelect label={t('hook.channel')} {...form.getInputProps('filter.channel')} data={[any, ...CHANNELS.map((value) => ({ value, label: t(`ui:channel.${value}`) }))]} />
      <TextInput label={t('hook.tag')} {...form.getInputProps('filter.tag')} />
    </Stack>
  );
}

interface SecretProps {
  made: Schemas['NewSecret'];
  title: string;
  close: () => void;
  /** Goes to the new webhook afterwards. */
  go?: boolean;
}

export function Secret({ made, title, close, go }: SecretProps) {
  const { t } = useTranslation('settings');
  const navigate = useNavigate();
  function leave() {
    close();
    if (go) void navigate({ to: `/settings/webhooks/${made.id}` });
  }
  return (
    <Modal opened onClose={leave} title={title} size="lg" closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <Stack gap="md">
        <OnceOnly value={made.secret ?? ''} text={t(go ? 'hook.secret.text' : 'hook.secret.rotated')} />
        <Button onClick={leave} ml="auto">{t('done')}</Button>
      </Stack>
    </Modal>
  );
}
