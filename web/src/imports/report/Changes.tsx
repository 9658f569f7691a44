import { Anchor, Button, Group, SegmentedControl, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useContactNames } from '@/app/lookups';
import type { Import } from '../data';
import classes from '../Imports.module.css';

type Change = Schemas['ImportChange'];

/** What the import did, record by record, and what of it stayed. */
export function Changes({ found }: { found: Import }) {
  const { t } = useTranslation('imports');
  const undone = found.status === 'undone';
  const [outcome, setOutcome] = useState<'' | Schemas['Undone']>(undone && (found.taken_back?.kept ?? 0) > 0 ? 'kept' : '');
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['imports', 'changes', found.id, found.status, outcome], initialPageParam: '',
    queryFn: ({ pageParam }) => take(api.GET('/api/v1/imports/{id}/changes', { params: { path: { id: found.id }, query: { limit: 50, ...(outcome ? { outcome } : {}), ...(pageParam ? { cursor: pageParam } : {}) } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const changes = data?.pages.flatMap(({ items }) => items) ?? [];
  const names = useContactNames(changes.flatMap(({ contact_id }) => (contact_id ? [contact_id] : [])));
  // A name may be remembered from before the undoing.
  const binned = new Set(changes.filter(isBinned).map(({ entity_id }) => entity_id));
  return (
    <section>
      <Group justify="space-between" my="xs">
        <h2 className={classes.title} style={{ margin: 0 }}>{t('changes')}</h2>
        {undone && <SegmentedControl size="xs" value={outcome} onChange={(next) => setOutcome(next as typeof outcome)} aria-label={t('changes.outcome')}
          data={['', 'taken_back', 'kept'].map((value) => ({ value, label: t(`outcome.${value || 'all'}`) }))} />}
      </Group>
      {data && changes.length === 0 && <Text size="sm" c="dimmed">{t('changes.none')}</Text>}
      {changes.length > 0 && (
        <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('changes')}>
          <Table className={classes.rows} verticalSpacing={5}>
            <Table.Thead><Table.Tr><Table.Th>{t('changes.what')}</Table.Th><Table.Th>{t('changes.done')}</Table.Th><Table.Th>{t('changes.client')}</Table.Th><Table.Th>{t('changes.fields')}</Table.Th>{undone && <Table.Th>{t('changes.outcome')}</Table.Th>}</Table.Tr></Table.Thead>
            <Table.Tbody>
              {changes.map((change) => (
                <Table.Tr key={change.entity + change.entity_id}>
                  <Table.Td>{t(`entity.${change.entity}`)}</Table.Td>
                  <Table.Td>{t(`action.${change.action}`)}</Table.Td>
                  <Table.Td dir="auto">{change.contact_id && <Client id={change.contact_id} name={binned.has(change.contact_id) ? undefined : names?.get(change.contact_id)?.display_name} gone={names !== undefined} />}</Table.Td>
                  <Table.Td style={{ whiteSpace: 'normal', maxWidth: 520 }} dir="auto">{described(change)}</Table.Td>
                  {undone && <Table.Td>{change.outcome && t(`outcome.${change.outcome}`)}{change.reason && <small>{change.reason}</small>}</Table.Td>}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {hasNextPage && <Button mt="xs" variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('changes.more')}</Button>}
    </section>
  );
}

function isBinned({ entity, action, outcome }: Change): boolean {
  return entity === 'contact' && action === 'created' && outcome === 'taken_back';
}

/** Whoever is not to be read any more is in the bin. */
function Client({ id, name, gone }: { id: string; name: string | undefined; gone: boolean }) {
  const { t } = useTranslation('imports');
  if (name === undefined) return gone ? <Text size="sm" c="dimmed" component="span">{t('changes.gone')}</Text> : null;
  return <Anchor component={Link} to={`/contacts/${id}` as '/contacts'} size="sm">{name}</Anchor>;
}

const MOST_FIELDS = 6;

/** `city: Leeds → York`. */
function described({ fields, action }: Change): string {
  if (!fields || action === 'created') return '';
  const all = Object.entries(fields as Record<string, unknown>).map(([key, value]) => {
    const change = value as { from?: unknown; to?: unknown } | null;
    return change && typeof change === 'object' && 'to' in change ? `${key}: ${plain(change.from)} → ${plain(change.to)}` : `${key}: ${plain(value)}`;
  });
  return all.slice(0, MOST_FIELDS).join('; ') + (all.length > MOST_FIELDS ? ' …' : '');
}

function plain(value: unknown): string {
  if (value === null || value === undefined || value === '') return '—';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
