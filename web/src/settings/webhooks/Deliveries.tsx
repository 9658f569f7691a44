import { Badge, Button, Group } from '@mantine/core';
import { IconListCheck, IconReload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { FilterBar } from '@/ui/filters/FilterBar';
import type { FilterField } from '@/ui/filters/model';
import { MoreButton } from '@/ui/list/MoreButton';
import { useListSearch } from '@/ui/list/useListSearch';
import { useMore } from '@/ui/list/useMore';
import { RowItem, Rows } from '@/ui/Rows';
import { When } from '@/ui/When';
import { Part } from '../Frame';
import { DeliveryDrawer } from './DeliveryDrawer';
import { ReplaySpan } from './ReplaySpan';
import { useChangeText } from './useChangeText';
import { type Delivery, key, TYPES_OF, type Webhook } from './webhooks';

const STATES = ['pending', 'delivered', 'failed', 'skipped'] as const;
const LOOKS = { pending: ['gray', 'var(--mantine-color-text)'], delivered: ['teal', 'var(--tl-good)'], failed: ['red', 'var(--tl-bad)'], skipped: ['gray', 'var(--mantine-color-text)'] } as const;
const SOON_MS = 2000;

export function StateBadge({ status }: { status: Delivery['status'] }) {
  const { t } = useTranslation('settings');
  const [color, text] = LOOKS[status];
  return <Badge variant="light" color={color} c={text}>{t(`delivery.${status}`)}</Badge>;
}

function useFilters(): FilterField[] {
  const { t } = useTranslation('settings');
  const textOf = useChangeText();
  return useMemo(() => [
    { key: 'status', label: t('delivery.status'), kind: 'choice', options: STATES.map((value) => ({ value, label: t(`delivery.${value}`) })) },
    { key: 'type', label: t('delivery.type'), kind: 'choice', options: ['webhook.test', ...TYPES_OF.flatMap(({ types }) => types)].map((value) => ({ value, label: textOf(value) })) },
    { key: 'from', label: t('from'), kind: 'day' },
    { key: 'to', label: t('before'), kind: 'day' },
  ], [t, textOf]);
}

/** What was sent to this webhook, and how far it came. */
export function Deliveries({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('settings');
  const fields = useFilters();
  const textOf = useChangeText();
  const list = useListSearch(fields);
  const path = { id: hook.id };
  const found = useMore<Delivery>([...key(hook.id), 'deliveries', list.query],
    (cursor, signal) => take(api.GET('/api/v1/webhooks/{id}/deliveries', { params: { path, query: { ...list.query, cursor } as never }, signal })),
    // While one is under way the log follows it.
    (rows) => (rows.some(({ status }) => status === 'pending') ? SOON_MS : false));
  const [shown, setShown] = useState<string | null>(null);
  const [replaying, setReplaying] = useState(false);
  const narrowed = Object.keys(list.filters).length > 0;
  return (
    <Part title={t('delivery.log')} actions={found.rows.length > 0 && <Button variant="default" leftSection={<IconReload size={15} />} onClick={() => setReplaying(true)}>{t('delivery.replay.span')}</Button>}>
      {(found.rows.length > 0 || narrowed) && <Group mb="sm"><FilterBar fields={fields} values={list.filters} change={list.setFilters} /></Group>}
      {found.error && found.rows.length === 0 && <ErrorState error={found.error} reset={() => void found.refetch()} />}
      {found.data && found.rows.length === 0 && (
        <EmptyState icon={IconListCheck} title={t(narrowed ? 'nothing.title' : 'delivery.empty.title')} text={t(narrowed ? 'nothing.text' : 'delivery.empty.text')} />
      )}
      {found.rows.length > 0 && (
        <Rows label={t('delivery.log')}>
          {found.rows.map((delivery) => (
            <RowItem key={delivery.id} title={textOf(delivery.type)} sub={<><When at={delivery.created_at} />{delivery.last_error && delivery.status !== 'delivered' && <> · {delivery.last_error}</>}</>} open={() => setShown(delivery.id)}>
              {delivery.last_status != null && <code>{delivery.last_status}</code>}
              {delivery.attempts > 1 && <span>{t('refused.attempts', { count: delivery.attempts })}</span>}
              <StateBadge status={delivery.status} />
            </RowItem>
          ))}
        </Rows>
      )}
      <MoreButton found={found} />
      {shown && <DeliveryDrawer hook={hook.id} id={shown} close={() => setShown(null)} />}
      {replaying && <ReplaySpan hook={hook.id} close={() => setReplaying(false)} />}
    </Part>
  );
}
