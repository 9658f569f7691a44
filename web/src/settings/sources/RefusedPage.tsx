import { Badge, Button, Code, Group } from '@mantine/core';
import { IconCircleCheck, IconReload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { EmptyState } from '@/ui/EmptyState';
import { FilterBar } from '@/ui/filters/FilterBar';
import type { FilterField } from '@/ui/filters/model';
import { MoreButton } from '@/ui/list/MoreButton';
import { useListSearch } from '@/ui/list/useListSearch';
import { useMore } from '@/ui/list/useMore';
import { notifyDone, notifyProblem } from '@/ui/notify';
import { RowItem, Rows } from '@/ui/Rows';
import { When } from '@/ui/When';
import { Frame } from '../Frame';
import { RefusedDrawer } from './RefusedDrawer';

type Refused = Schemas['Refused'];
const CODES = ['required', 'type', 'timestamp', 'future', 'too_old', 'length', 'nobody', 'malformed', 'too_large', 'too_many', 'event', 'nul', 'invalid'];
const refresh = () => queryClient.invalidateQueries({ queryKey: ['refused'] });

function useFilters(): FilterField[] {
  const { t } = useTranslation('settings');
  return useMemo(() => [
    { key: 'replayed', label: t('refused.state'), kind: 'choice', options: [{ value: 'false', label: t('refused.open') }, { value: 'true', label: t('refused.replayed') }] },
    { key: 'code', label: t('refused.code'), kind: 'choice', options: CODES.map((value) => ({ value, label: value })) },
    { key: 'source', label: t('refused.source'), kind: 'text' },
  ], [t]);
}

export default function RefusedPage() {
  const { t } = useTranslation('settings');
  const fields = useFilters();
  const list = useListSearch(fields);
  const found = useMore<Refused>(['refused', list.query], (cursor, signal) => take(api.GET('/api/v1/ingest/refused', { params: { query: { ...list.query, cursor } as never }, signal })));
  const [shown, setShown] = useState<Refused | null>(null);
  const [busy, setBusy] = useState(false);
  const narrowed = Object.keys(list.filters).length > 0;

  function replayAll() {
    setBusy(true);
    take(api.POST('/api/v1/ingest/refused/replay'))
      .then(({ replayed, refused }) => notifyDone(t('refused.replay.done', { replayed, refused })), notifyProblem)
      .finally(() => { setBusy(false); void refresh(); });
  }
  return (
    <Frame name="refused" found={found}
      actions={found.rows.some(({ replayed_at }) => !replayed_at) && <Button variant="default" loading={busy} leftSection={<IconReload size={15} />} onClick={replayAll}>{t('refused.replay.all')}</Button>}>
      {(found.rows.length > 0 || narrowed) && <Group mb="sm"><FilterBar fields={fields} values={list.filters} change={list.setFilters} /></Group>}
      {found.rows.length === 0 ? (
        <EmptyState icon={IconCircleCheck} title={t(narrowed ? 'nothing.title' : 'refused.empty.title')} text={t(narrowed ? 'nothing.text' : 'refused.empty.text')} />
      ) : (
        <Rows label={t('page.refused')}>
          {found.rows.map((event) => (
            <RowItem key={event.id} title={event.reason} open={() => setShown(event)} faint={event.replayed_at != null} sub={<>{event.source} · <When at={event.received_at} /></>}>
              <Code>{event.code}</Code>
              <span>{t('refused.attempts', { count: event.attempts })}</span>
              {event.replayed_at && <Badge variant="light" color="teal" c="var(--tl-good)">{t('refused.replayed')}</Badge>}
            </RowItem>
          ))}
        </Rows>
      )}
      <MoreButton found={found} />
      {shown && <RefusedDrawer event={shown} close={() => setShown(null)} changed={(event) => { setShown(event); void refresh(); }} />}
    </Frame>
  );
}
