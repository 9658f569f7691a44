import { Button, Loader, NativeSelect, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLayoutKanban, IconList, IconPlus } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { usePipelines, useUsers } from '@/app/lookups';
import { useMay, useMe } from '@/auth/hooks';
import { LeadDrawer } from '@/leads/LeadDrawer';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { later } from '@/ui/later';
import classes from './Board.module.css';
import { Columns } from './Columns';
import { Forecast } from './Forecast';
import type { BoardSearch } from './route';
import { useBoard } from './useBoard';

const NewLead = later(async () => (await import('@/leads/NewLead')).NewLead);

const route = getRouteApi('/shell/board');
const DAYS = [7, 30, 90, 365];

export default function BoardPage() {
  const { t } = useTranslation('board');
  const search = route.useSearch();
  const navigate = useNavigate();
  const { list, ready } = usePipelines();
  const pipelines = list.filter(({ archived_at }) => !archived_at);
  const pipeline = (pipelines.find(({ id }) => id === search.pipeline) ?? pipelines[0])?.id;
  const days = search.days ?? 30;
  const board = useBoard({ pipeline, owner: search.owner, days });
  const [creating, create] = useDisclosure();
  const mayWrite = useMay('leads:write');
  const mayReport = useMay('reports:read');
  const set = useCallback((changes: BoardSearch, replace = true) => {
    void navigate({ to: '/board', search: (before: BoardSearch) => ({ ...before, ...changes }), replace });
  }, [navigate]);
  const open = useCallback((lead: string) => set({ lead }, false), [set]);
  const total = board.board?.columns.filter(({ stage }) => stage.kind === 'open').reduce((sum, { count }) => sum + count, 0);
  return (
    <Page full>
      <PageHeader title={t('title')} note={total !== undefined && t('open', { count: total })}>
        {pipelines.length > 1 && (
          <NativeSelect size="xs" maw={200} aria-label={t('pipeline')} value={pipeline} data={pipelines.map(({ id, name }) => ({ value: id, label: name }))} onChange={(event) => set({ pipeline: event.currentTarget.value })} />
        )}
        <Owner value={search.owner} change={(owner) => set({ owner })} />
        <NativeSelect size="xs" aria-label={t('closed')} value={String(days)} data={DAYS.map((value) => ({ value: String(value), label: t('days', { count: value }) }))}
          onChange={(event) => set({ days: Number(event.currentTarget.value) })} />
        <Button variant="default" leftSection={<IconList size={15} />} onClick={() => void navigate({ to: '/leads' })}>{t('list')}</Button>
        {mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={create.open}>{t('leads:new')}</Button>}
      </PageHeader>
      {mayReport && pipeline && <Forecast pipeline={pipeline} owner={search.owner} />}
      {board.error && !board.board && <ErrorState error={board.error} reset={board.retry} />}
      {ready && !pipeline && <EmptyState icon={IconLayoutKanban} title={t('empty.title')} text={t('empty.text')} />}
      {pipeline && board.waiting && <div className={classes.wait} role="status"><Loader size="sm" aria-label={t('ui:loading')} /></div>}
      {board.board?.columns.every(({ count }) => count === 0) && <Text size="sm" c="dimmed" mb="sm">{t('none.text')}</Text>}
      {board.board && <Columns {...board} board={board.board} days={days} open={open} />}
      <LeadDrawer id={search.lead ?? null} close={() => set({ lead: undefined })} />
      {creating && <NewLead begin={{ pipeline }} close={create.close} done={({ id }) => open(id)} />}
    </Page>
  );
}

function Owner({ value, change }: { value: string | undefined; change: (owner: string | undefined) => void }) {
  const { t } = useTranslation('board');
  const { user, visibility } = useMe();
  const { list } = useUsers();
  if (visibility === 'own') return null;
  const others = list.filter(({ id }) => id !== user.id).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <NativeSelect size="xs" maw={200} aria-label={t('ui:owner')} value={value ?? ''} onChange={(event) => change(event.currentTarget.value || undefined)}
      data={[{ value: '', label: t('everybody') }, { value: user.id, label: t('mine') }, ...others]} />
  );
}
