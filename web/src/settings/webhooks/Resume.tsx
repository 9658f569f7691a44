import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { notifyProblem } from '@/ui/notify';
import type { Webhook } from './webhooks';

/** Asks what shall become of what happened meanwhile. */
export function Resume({ hook, close, done }: { hook: Webhook; close: () => void; done: (hook: Webhook) => void }) {
  const { t } = useTranslation('settings');
  const go = (skip_missed: boolean) => void take(api.POST('/api/v1/webhooks/{id}/resume', { params: { path: { id: hook.id }, query: { skip_missed } } }))
    .then((next) => { done(next); close(); }, notifyProblem);
  return (
    <Modal opened onClose={close} title={t('hook.resume')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <Stack gap="md">
        <Text size="sm">{t('hook.resume.text')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => go(true)}>{t('hook.resume.skip')}</Button>
          <Button data-autofocus onClick={() => go(false)}>{t('hook.resume.send')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
