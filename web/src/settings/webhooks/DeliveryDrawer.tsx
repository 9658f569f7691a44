import { Button, Drawer, Group, Loader, Stack, Text } from '@mantine/core';
import { IconReload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { CodeBlock } from '@/ui/Copy';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import { notifyProblem } from '@/ui/notify';
import classes from '../Settings.module.css';
import { StateBadge } from './Deliveries';
import { useChangeText } from './useChangeText';
import { key, refreshWebhooks } from './webhooks';

const SOON_MS = 2000;
/** A test is sent once: another is made for another try. */
const TEST = 'webhook.test';

/** A delivery with each attempt: when, how long, and what was answered. */
export function DeliveryDrawer({ hook, id, close }: { hook: string; id: string; close: () => void }) {
  const { t } = useTranslation('settings');
  const textOf = useChangeText();
  const { dayAndTime } = useFormat();
  const params = { path: { id: hook, delivery_id: id } };
  const { data, error } = useQuery({
    queryKey: [...key(hook), 'delivery', id],
    queryFn: () => take(api.GET('/api/v1/webhooks/{id}/deliveries/{delivery_id}', { params })),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? SOON_MS : false),
  });
  const replay = () => void take(api.POST('/api/v1/webhooks/{id}/deliveries/{delivery_id}/replay', { params })).catch(notifyProblem).finally(refreshWebhooks);
  return (
    <Drawer opened onClose={close} position="right" size="lg" title={data ? textOf(data.type) : t('delivery.one')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      {!data && (error ? <ErrorState error={error} /> : <Loader size="sm" role="status" aria-label={t('ui:loading')} />)}
      {data && (
        <Stack gap="md">
          <Group justify="space-between">
            <Group gap="sm"><StateBadge status={data.status} /><Text size="sm" c="dimmed">{dayAndTime(data.created_at)}</Text></Group>
            {data.type !== TEST && (
              <Button variant="default" leftSection={<IconReload size={15} />} disabled={data.status === 'pending' && data.attempts === 0} onClick={replay}>{t('delivery.replay')}</Button>
            )}
          </Group>
          {data.next_attempt_at && <Text size="sm">{t('delivery.next', { at: dayAndTime(data.next_attempt_at) })}</Text>}
          <Text size="xs" c="dimmed">webhook-id: <code className={classes.mono}>{data.id}</code></Text>
          <Text component="h3" size="sm" fw={600} m={0}>{t('delivery.attempts')}</Text>
          {data.log.length === 0 && <Text size="sm" c="dimmed">{t('delivery.attempts.none')}</Text>}
          {data.log.map((attempt) => <AttemptLine key={attempt.id} attempt={attempt} />)}
        </Stack>
      )}
    </Drawer>
  );
}

function AttemptLine({ attempt }: { attempt: Schemas['Attempt'] }) {
  const { t } = useTranslation('settings');
  const { dayAndTime, number } = useFormat();
  return (
    <div>
      <Group justify="space-between" mb={4}>
        <Text size="sm">{attempt.status != null ? t('delivery.answered', { status: attempt.status }) : attempt.error}</Text>
        <Text size="xs" c="dimmed">{dayAndTime(attempt.at)} · {number(attempt.duration_ms, { style: 'unit', unit: 'millisecond' })}</Text>
      </Group>
      {attempt.response && <CodeBlock code={attempt.response} label={t('delivery.response')} />}
    </div>
  );
}
