import { Button, Group, Menu, Tabs } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconCircles, IconFilterStar, IconListCheck, IconPlus, IconTrash } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { BinDialog } from '@/ui/BinDialog';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { BulkBar } from '@/ui/list/BulkBar';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { DataTable } from '@/ui/table/DataTable';
import { type Choice, useChoice } from '@/ui/table/useChoice';
import { useSegmentColumns } from './columns';
import { deletedSegments, refreshSegments, restoreSegment, type Segment, useSegments } from './data';
import { NameDialog } from './NameDialog';
import { OverlapDialog } from './overlap/OverlapDialog';
import { readRfm, type RfmSearch } from './groups/ask';
import { Rfm } from './groups/Rfm';

const route = getRouteApi('/shell/segments');
const nameOf = (segment: Segment) => segment.name;
const nothing = () => undefined;

export default function SegmentsPage() {
  const { t } = useTranslation('segments');
  const navigate = useNavigate();
  const search = route.useSearch();
  const { tab } = search;
  const narrow = (search: RfmSearch) => void navigate({ to: '/segments', search: { tab: 'rfm', ...readRfm(search) }, replace: true });
  const { data } = useSegments();
  const [listing, list] = useDisclosure();
  const [binShown, bin] = useDisclosure();
  const mayWrite = useMay('segments:write');

  async function createList(name: string, description: string | null) {
    const { id } = await take(api.POST('/api/v1/segments', { body: { name, description } }));
    await refreshSegments();
    await navigate({ to: '/segments/$id', params: { id } });
  }

  return (
    <Page full>
      <PageHeader title={t('title')} note={data && t('count', { count: data.length })}>
        {mayWrite && <Button variant="default" leftSection={<IconTrash size={15} />} onClick={bin.open}>{t('bin')}</Button>}
        {mayWrite && (
          <Menu position="bottom-end" width={320}>
            <Menu.Target><Button leftSection={<IconPlus size={15} />} rightSection={<IconChevronDown size={14} />}>{t('new')}</Button></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconFilterStar size={18} />} onClick={() => void navigate({ to: '/segments/new', search: {} })}>{t('new.rule')}<Hint text={t('new.rule.text')} /></Menu.Item>
              <Menu.Item leftSection={<IconListCheck size={18} />} onClick={list.open}>{t('new.list')}<Hint text={t('new.list.text')} /></Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </PageHeader>
      <Tabs value={tab ?? 'all'} onChange={(next) => void navigate({ to: '/segments', search: next === 'rfm' ? { tab: 'rfm' } : {}, replace: true })}
        keepMounted={false} flex={1} mih={0} style={{ display: 'flex', flexDirection: 'column' }}>
        <Tabs.List mb="sm"><Tabs.Tab value="all">{t('title')}</Tabs.Tab><Tabs.Tab value="rfm">{t('rfm')}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="all" flex={1} mih={0} style={{ display: 'flex', flexDirection: 'column' }}><All /></Tabs.Panel>
        <Tabs.Panel value="rfm" style={{ overflowY: 'auto' }}><Rfm search={readRfm(search)} set={narrow} /></Tabs.Panel>
      </Tabs>
      {listing && <NameDialog title={t('new.list')} close={list.close} save={createList} described />}
      {binShown && <BinDialog title={t('bin')} queryKey={['segments']} read={deletedSegments} restore={restoreSegment} close={bin.close} />}
    </Page>
  );
}

function Hint({ text }: { text: string }) {
  return <span style={{ display: 'block', fontSize: 11.5, lineHeight: 1.35, color: 'var(--mantine-color-dimmed)' }}>{text}</span>;
}

function All() {
  const { t } = useTranslation('segments');
  const navigate = useNavigate();
  const { data, error, isPending, refetch } = useSegments();
  const columns = useSegmentColumns();
  const choice = useChoice();
  const mayWrite = useMay('segments:write');
  const open = useCallback((segment: Segment) => void navigate({ to: '/segments/$id', params: { id: segment.id } }), [navigate]);
  if (error && !data) return <ErrorState error={error} reset={() => void refetch()} />;
  if (data?.length === 0) {
    return (
      <EmptyState icon={IconFilterStar} title={t('empty.title')} text={t('empty.text')}>
        {mayWrite && <Button mt="sm" onClick={() => void navigate({ to: '/segments/new', search: {} })}>{t('empty.do')}</Button>}
      </EmptyState>
    );
  }
  return (
    <>
      <DataTable label={t('title')} rows={data ?? []} columns={columns} name={nameOf} open={open} choice={choice} hasMore={false} loading={isPending} loadMore={nothing} />
      <Bulk choice={choice} segments={data ?? []} />
    </>
  );
}

function Bulk({ choice, segments }: { choice: Choice; segments: Segment[] }) {
  const { t } = useTranslation('segments');
  const [shown, show] = useDisclosure();
  const chosen = segments.filter(({ id }) => choice.has(id));
  const few = chosen.length < 2 ? t('overlap.more') : chosen.length > 3 ? t('overlap.less') : null;
  return (
    <BulkBar choice={choice}>
      <Group gap="xs">
        <Button variant="default" leftSection={<IconCircles size={15} />} disabled={few !== null} onClick={show.open}>{few ?? t('overlap.show')}</Button>
      </Group>
      {shown && <OverlapDialog segments={chosen} close={show.close} />}
    </BulkBar>
  );
}
