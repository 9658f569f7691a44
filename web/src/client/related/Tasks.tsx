import { Checkbox, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { useFormat } from '@/ui/format';
import { finishTask } from '@/today/finish';
import { clientKey, refreshClient } from '../useClient';
import { Card } from '@/ui/record/Card';
import classes from './Related.module.css';

export function Tasks({ id }: { id: string }) {
  const { t } = useTranslation('client');
  const { relative, dayAndTime } = useFormat();
  const users = useUsers();
  const mayWrite = useMay('tasks:write');
  const { data } = useQuery({
    queryKey: [...clientKey(id), 'tasks'],
    queryFn: () => take(api.GET('/api/v1/tasks', { params: { query: { contact_id: id, state: 'open', limit: 50 } } })),
  });
  return (
    <Card title={t('tasks')} note={data?.items.length || undefined}>
      {data?.items.length === 0 && <Text size="sm" c="dimmed">{t('tasks.none')}</Text>}
      {data?.items.map((task) => (
        <Checkbox key={task.id} size="sm" mb={6} checked={false} disabled={!mayWrite} onChange={() => void finishTask(task, () => refreshClient(id))}
          label={<span dir="auto">{task.title}</span>}
          description={<span className={classes.due} data-late={task.due_at && new Date(task.due_at) < new Date() ? true : undefined} title={task.due_at ? dayAndTime(task.due_at) : undefined}>
            {[task.due_at && relative(task.due_at), users.byId.get(task.assignee_id ?? '')?.name].filter(Boolean).join(' · ')}
          </span>} />
      ))}
    </Card>
  );
}
