import { Alert, Button, Group, Menu, ActionIcon, Text } from '@mantine/core';
import { IconDots, IconKey, IconPencil, IconPlayerPause, IconPlayerPlay, IconSend, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { Confirm } from '@/ui/Confirm';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import { notifyDone, notifyFault, notifyProblem, notifyUndo } from '@/ui/notify';
import { PageHeader } from '@/ui/PageHeader';
import { Deliveries } from './Deliveries';
import { HealthBadge } from './HealthBadge';
import { Resume } from './Resume';
import { useTypesText } from './useChangeText';
import { Secret, WebhookForm } from './WebhookForm';
import { healthOf, key, readWebhook, refreshWebhooks, type Webhook } from './webhooks';

export default function WebhookPage() {
  const { id = '' } = useParams({ strict: false });
  const { data, error, refetch } = useQuery({ queryKey: key(id), queryFn: () => readWebhook(id) });
  if (!data) return error ? <ErrorState error={error} reset={() => void refetch()} /> : null;
  return (
    <>
      <Head hook={data} />
      <Deliveries hook={data} />
    </>
  );
}

function Head({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('settings');
  const { dayAndTime } = useFormat();
  const typesText = useTypesText();
  return (
    <>
      <PageHeader title={hook.description || t('hook.one')} note={<HealthBadge hook={hook} />}><Actions hook={hook} /></PageHeader>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>{hook.url}</Text>
      <Text size="sm" c="dimmed" mb="md">{[typesText(hook.types), hook.ordered && t('hook.ordered')].filter(Boolean).join(' · ')}</Text>
      {hook.previous_until && Date.parse(hook.previous_until) > Date.now() && <Note text={t('hook.previous', { until: dayAndTime(hook.previous_until) })} color="iris" />}
      {healthOf(hook) === 'gone' && <Note text={t('hook.gone.text')} color="red" />}
      {healthOf(hook) === 'failing' && hook.failing_since && <Note text={t(hook.paused_at ? 'hook.stopped.text' : 'hook.failing.text', { since: dayAndTime(hook.failing_since) })} color="red" />}
    </>
  );
}

const Note = ({ text, color }: { text: string; color: string }) => <Alert mb="md" color={color} variant="light" c="var(--mantine-color-text)">{text}</Alert>;

function Actions({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('settings');
  const navigate = useNavigate();
  const [doing, setDoing] = useState<'edit' | 'rotate' | 'resume' | null>(null);
  const [secret, setSecret] = useState<Schemas['NewSecret'] | null>(null);
  const [busy, setBusy] = useState(false);
  const params = { path: { id: hook.id } };
  const close = () => setDoing(null);
  const put = (next: Webhook) => { queryClient.setQueryData(key(hook.id), next); void refreshWebhooks(); };

  async function test() {
    const { status, last_status, last_error } = await take(api.POST('/api/v1/webhooks/{id}/test', { params }));
    if (status === 'delivered') notifyDone(t('hook.test.done', { status: last_status }));
    else notifyFault(t('hook.test.failed', { why: last_error ?? last_status ?? '—' }));
    void refreshWebhooks();
  }
  async function pause() {
    put(await take(api.POST('/api/v1/webhooks/{id}/pause', { params })));
    notifyDone(t('hook.paused.done'));
  }
  async function remove() {
    await take(api.DELETE('/api/v1/webhooks/{id}', { params: { ...params, header: ifMatch(hook.version) } }));
    void refreshWebhooks();
    await navigate({ to: '/settings/webhooks' });
    notifyUndo(t('hook.deleted'), () => take(api.POST('/api/v1/webhooks/{id}/restore', { params })).then(refreshWebhooks));
  }
  const run = (work: () => Promise<void>) => () => { setBusy(true); void work().catch(notifyProblem).finally(() => setBusy(false)); };
  return (
    <Group gap="xs">
      <Button leftSection={<IconSend size={15} />} loading={busy} onClick={run(test)}>{t('hook.test')}</Button>
      {hook.paused_at
        ? <Button variant="default" leftSection={<IconPlayerPlay size={15} />} onClick={() => setDoing('resume')}>{t('hook.resume')}</Button>
        : <Button variant="default" leftSection={<IconPlayerPause size={15} />} onClick={run(pause)}>{t('hook.pause')}</Button>}
      <Menu position="bottom-end">
        <Menu.Target><ActionIcon variant="default" size={30} aria-label={t('actions', { name: hook.description || hook.url })}><IconDots size={16} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setDoing('edit')}>{t('ui:edit')}</Menu.Item>
          <Menu.Item leftSection={<IconKey size={15} />} onClick={() => setDoing('rotate')}>{t('hook.rotate')}</Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={run(remove)}>{t('ui:delete')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {doing === 'edit' && <WebhookForm hook={hook} close={close} />}
      {doing === 'resume' && <Resume hook={hook} close={close} done={put} />}
      {doing === 'rotate' && (
        <Confirm title={t('hook.rotate')} text={t('hook.rotate.text')} action={t('hook.rotate.do')} color="iris" close={close}
          run={() => take(api.POST('/api/v1/webhooks/{id}/secret', { params })).then((made) => { setSecret(made); put(made.webhook); })} />
      )}
      {secret && <Secret made={secret} title={t('hook.rotated')} close={() => setSecret(null)} />}
    </Group>
  );
}
