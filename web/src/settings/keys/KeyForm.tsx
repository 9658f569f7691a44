import { Button, Checkbox, Group, Input, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMe } from '@/auth/hooks';
import type { Permission } from '@/auth/session';
import { CodeBlock, OnceOnly } from '@/ui/Copy';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { mayKey, PERMISSIONS } from '../permissions';
import { refreshKeys } from './keys';

const DAYS = ['', '30', '90', '365'];
const DAY_MS = 86_400_000;

export function KeyForm({ close }: { close: () => void }) {
  const { t } = useTranslation('settings');
  const { permissions } = useMe();
  const [made, setMade] = useState<string | null>(null);
  const form = useForm({ initialValues: { name: '', scopes: [] as Permission[], days: '' } });
  const sending = useSubmit(form, async ({ name, scopes, days }) => {
    const expires_at = days ? new Date(Date.now() + Number(days) * DAY_MS).toISOString() : null;
    const { key } = await take(api.POST('/api/v1/api-keys', { body: { name, scopes, expires_at } }));
    refreshKeys();
    setMade(key ?? '');
  }, { expires_at: 'days' });
  const choose = (scopes: readonly string[]) => form.setFieldValue('scopes', scopes as Permission[]);
  // Nobody but a person may manage people.
  const offered = PERMISSIONS.map(({ group, permissions: all }) => ({ group, all: all.filter((permission) => permission !== 'users:manage' && permissions.includes(permission)) }));
  const reading = offered.flatMap(({ all }) => all).filter((permission) => permission.endsWith(':read') && permission !== 'audit:read');
  if (made !== null) return <Made value={made} name={form.values.name} close={close} />;
  return (
    <FormModal title={t('key.new')} action={t('key.make')} close={close} sending={sending} size="lg">
      <TextInput label={t('key.name')} description={t('key.name.hint')} required data-autofocus maxLength={100} {...form.getInputProps('name')} />
      <Input.Wrapper label={t('key.scopes')} error={form.errors.scopes} required>
        <Group gap="xs" mb="xs">
          <Button variant="default" size="compact-xs" onClick={() => choose(reading)}>{t('key.scopes.read')}</Button>
          <Button variant="default" size="compact-xs" onClick={() => choose(offered.flatMap(({ all }) => all))}>{t('key.scopes.all')}</Button>
          <Button variant="subtle" size="compact-xs" onClick={() => choose([])}>{t('key.scopes.none')}</Button>
        </Group>
        <Checkbox.Group value={form.values.scopes} onChange={choose} aria-label={t('key.scopes')}>
          <div style={{ columns: '220px 2' }}>
            {offered.map(({ group, all }) => (
              <Stack key={group} gap={6} pb="sm" style={{ breakInside: 'avoid' }}>
                {all.map((permission) => <Checkbox key={permission} size="xs" value={permission} label={t(mayKey(permission))} />)}
              </Stack>
            ))}
          </div>
        </Checkbox.Group>
      </Input.Wrapper>
      <NativeSelect label={t('key.expires')} maw={240} {...form.getInputProps('days')} data={DAYS.map((value) => ({ value, label: value ? t('key.days', { count: Number(value) }) : t('ui:never') }))} />
    </FormModal>
  );
}

function Made({ value, name, close }: { value: string; name: string; close: () => void }) {
  const { t } = useTranslation('settings');
  return (
    <Modal opened onClose={close} title={t('key.made', { name })} size="lg" closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <Stack gap="md">
        <OnceOnly value={value} text={t('key.made.text')} />
        <CodeBlock label={t('key.try')} code={`curl ${location.origin}/api/v1/contacts?limit=1 \\\n  -H "Authorization: Bearer ${value}"`} />
        <Button onClick={close} ml="auto">{t('done')}</Button>
      </Stack>
    </Modal>
  );
}
