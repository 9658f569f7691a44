import { Button, Group, NativeSelect } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLayoutKanban, IconPlus, IconStairs, IconTargetArrow, IconUser } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { contactsByIds, usePipelines, useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { FilterBar } from '@/ui/filters/FilterBar';
import { BulkBar } from '@/ui/list/BulkBar';
import { ExportButton } from '@/ui/list/ExportButton';
import { PickMenu } from '@/ui/list/PickMenu';
import { SearchField } from '@/ui/list/SearchField';
import { useListSearch } from '@/ui/list/useListSearch';
import { type RowPage, useRows } from '@/ui/list/useRows';
import { ViewMenu } from '@/ui/list/ViewMenu';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { ColumnMenu } from '@/ui/table/ColumnMenu';
import { DataTable } from '@/ui/table/DataTable';
import { type Choice, useChoice } from '@/ui/table/useChoice';
import { useColumns } from '@/ui/table/useColumns';
import { giveTo, moveAll } from './bulk';
import { FIRST_COLUMNS, type Row, useLeadColumns } from './columns';
import { useLeadFilters } from './filters';
import { LeadDrawer } from './LeadDrawer';
import { LostDialog } from './LostDialog';
import { NewLead } from './NewLead';

const SORTS = ['-created_at', '-entered_at', 'stage_entered_at', '-updated_at'] as const;

/** Leads with the names of their clients, which come in a second request for the whole page. */
async function read(query: object, signal: AbortSignal): Promise<RowPage<Row>> {
  const page = await take(api.GET('/api/v1/leads', { params: { query }, signal }));
  const names = await contactsByIds(page.items.map((lead) => lead.contact_id));
  return { ...page, items: page.items.map((lead) => ({ ...lead, contact: names.get(lead.contact_id)?.display_name })) };
}

const nameOf = (lead: Row) => lead.title;

export default function LeadsPage() {
  const { t } = useTranslation('leads');
  const navigate = useNavigate();
  const fields = useLeadFilters();
  const list = useListSearch(fields);
  const found = useRows<Row>('leads', list.query, read);
  const columns = useColumns('leads', useLeadColumns(), FIRST_COLUMNS);
  const choice = useChoice();
  const [opened, setOpened] = useState<string | null>(null);
  const [creating, create] = useDisclosure();
  const mayWrite = useMay('leads:write');
  const open = useCallback((lead: { id: string }) => setOpened(lead.id), []);
  const narrowed = list.q !== '' || Object.keys(list.filters).length > 0;
  return (
    <Page full>
      <PageHeader title={t('title')} note={found.total !== null && t('ui:rows', { count: found.total })}>
        <SearchField label={t('search')} value={list.q} change={list.setQ} />
        <Button variant="default" leftSection={<IconLayoutKanban size={15} />} onClick={() => void navigate({ to: '/board' })}>{t('board')}</Button>
        {mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={create.open}>{t('new')}</Button>}
      </PageHeader>
      <Group justify="space-between" mb="sm" gap="xs">
        <FilterBar fields={fields} values={list.filters} change={list.setFilters} />
        <Group gap={6}>
          <NativeSelect size="xs" aria-label={t('ui:sort')} value={list.sort ?? SORTS[0]} onChange={(event) => list.setSort(event.currentTarget.value)}
            data={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))} />
          <ViewMenu list="leads" search={list.search} open={list.setAll} />
          <ColumnMenu {...columns} />
          <ExportButton list="leads" query={list.query} />
        </Group>
      </Group>
      {found.error && found.rows.length === 0 ? <ErrorState error={found.error} reset={found.retry} />
        : found.total === 0 && !found.loading ? (
          <EmptyState icon={IconTargetArrow} title={t(narrowed ? 'nothing.title' : 'empty.title')} text={t(narrowed ? 'nothing.text' : 'empty.text')} />
        ) : <DataTable label={t('title')} columns={columns.shown} name={nameOf} open={open} choice={choice} {...found} />}
      <Bulk choice={choice} rows={found.rows} />
      <LeadDrawer id={opened} close={() => setOpened(null)} />
      {creating && <NewLead close={create.close} done={open} />}
    </Page>
  );
}

function Bulk({ choice, rows }: { choice: Choice; rows: Row[] }) {
  const { t } = useTranslation('leads');
  const users = useUsers();
  const { list, stages } = usePipelines();
  const [losing, setLosing] = useState<string | null>(null);
  const chosen = rows.filter((row) => choice.has(row.id));
  const pipeline = list.find(({ id }) => id === chosen[0]?.pipeline_id);
  const together = chosen.every((lead) => lead.pipeline_id === pipeline?.id);
  if (!useMay('leads:write')) return null;
  const move = (stage: string) => (stages.get(stage)?.kind === 'lost' ? setLosing(stage) : void moveAll(chosen, { stage_id: stage }).then(choice.clear));
  return (
    <BulkBar choice={choice}>
      <PickMenu label={t('ui:owner')} icon={<IconUser size={15} />} options={[{ value: '', label: t('ui:nobody') }, ...users.list.map(({ id, name }) => ({ value: id, label: name }))]}
        pick={(owner) => void giveTo(chosen, owner || null).then(choice.clear)} />
      {together && pipeline && (
        <PickMenu label={t('stage')} icon={<IconStairs size={15} />} options={pipeline.stages.filter(({ archived_at }) => !archived_at).map(({ id, name }) => ({ value: id, label: name }))} pick={move} />
      )}
      {losing && <LostDialog close={() => setLosing(null)} lose={(reason) => moveAll(chosen, { stage_id: losing, ...reason }).then(choice.clear)} />}
    </BulkBar>
  );
}
