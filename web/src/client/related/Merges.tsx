import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { notifyDone } from '@/ui/notify';
import { When } from '@/ui/When';
import { clientKey, orTell, refreshClient } from '../useClient';
import { Card } from '@/ui/record/Card';

/** Who was joined into this client; each can be given back with its own history. */
export function Merges({ id }: { id: string }) {
  const { t } = useTranslation('client');
  const mayWrite = useMay('contacts:write');
  const { data } = useQuery({
    queryKey: [...clientKey(id), 'merges'],
    queryFn: () => take(api.GET('/api/v1/contacts/{id}/merges', { params: { path: { id } } })),
  });
  const standing = data?.items.filter((merge) => !merge.undone_at && merge.survivor_id === id) ?? [];
  if (standing.length === 0) return null;
  async function undo(merge: string) {
    await take(api.POST('/api/v1/merges/{id}/undo', { params: { path: { id: merge } } }));
    refreshClient(id);
    notifyDone(t('merge.undone'));
  }
  return (
    <Card title={t('merges')} note={standing.length}>
      {standing.map((merge) => (
        <Group key={merge.id} justify="space-between" wrap="nowrap">
          <div>
            <Text size="sm">{t(`merge.${merge.cause}`)}</Text>
            <Text size="xs" c="dimmed"><When at={merge.at} />{merge.reason && ` · ${merge.reason}`}</Text>
          </div>
          {mayWrite && <Button size="compact-xs" variant="default" onClick={() => void orTell(undo(merge.id))}>{t('ui:undo')}</Button>}
        </Group>
      ))}
    </Card>
  );
}
