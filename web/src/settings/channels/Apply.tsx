import { Button, Group, Progress, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { queryClient } from '@/app/query';
import { useFormat } from '@/ui/format';
import { notifyProblem } from '@/ui/notify';
import { Part } from '../Frame';
import classes from '../Settings.module.css';

const KEY = ['channel-groups', 'apply'];
const LOOK_MS = 1500;

/** Changed rules hold from now on; here they are applied to what was recorded before. */
export function Apply() {
  const { t } = useTranslation('settings');
  const { number, dayAndTime } = useFormat();
  const { data } = useQuery({
    queryKey: KEY, queryFn: () => take(api.GET('/api/v1/channel-groups/apply')),
    refetchInterval: ({ state }) => (state.data && !state.data.finished_at ? LOOK_MS : false),
  });
  const running = data != null && !data.finished_at;
  const begin = () => void take(api.POST('/api/v1/channel-groups/apply')).then((begun) => queryClient.setQueryData(KEY, begun), notifyProblem);
  return (
    <Part title={t('channel.apply')}>
      <div className={classes.card}>
        <Group justify="space-between">
          <div>
            <Text size="sm">{t('channel.apply.text')}</Text>
            {data && (
              <Text size="xs" c="dimmed" mt={2}>
                {running ? t('channel.apply.running', { seen: number(data.seen) })
                  : t('channel.apply.done', { at: dayAndTime(data.finished_at ?? data.started_at), seen: number(data.seen), changed: number(data.changed) })}
              </Text>
            )}
          </div>
          <Button variant="default" loading={running} onClick={begin}>{t('channel.apply.do')}</Button>
        </Group>
        {running && <Progress mt="sm" value={100} animated aria-label={t('channel.apply')} />}
      </div>
    </Part>
  );
}
