import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAddressBook, IconPlus, IconUser } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { AddToList } from '@/segments/AddToList';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { FilterBar } from '@/ui/filters/FilterBar';
import { BulkBar } from '@/ui/list/BulkBar';
import { ExportButton } from '@/ui/list/ExportButton';
import { PickMenu } from '@/ui/list/PickMenu';
import { SearchField } from '@/ui/list/SearchField';
import { TagButton } from '@/ui/list/TagButton';
import { useListSearch } from '@/ui/list/useListSearch';
import { useRows } from '@/ui/list/useRows';
import { ViewMenu } from '@/ui/list/ViewMenu';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { ColumnMenu } from '@/ui/table/ColumnMenu';
import { DataTable } from '@/ui/table/DataTable';
import { type Choice, useChoice } from '@/ui/table/useChoice';
import { useColumns } from '@/ui/table/useColumns';
import { addTag, giveTo } from './bulk';
import { FIRST_COLUMNS, useContactColumns } from './columns';
import { useContactFilters } from './filters';
import { NewContact } from './NewContact';

type Contact = Schemas['Contact'];

const read = (query: object, signal: AbortSignal) => take(api.GET('/api/v1/contacts', { params: { query }, signal }));
const nameOf = (contact: Contact) => contact.display_name;

export default function ContactsPage() {
  const { t } = useTranslation('contacts');
  const navigate = useNavigate();
  const fields = useContactFilters();
  const list = useListSearch(fields);
  const found = useRows<Contact>('contacts', list.query, read);
  const columns = useColumns('contacts', useContactColumns(), FIRST_COLUMNS);
  const choice = useChoice();
  const [creating, create] = useDisclosure();
  const mayWrite = useMay('contacts:write');
  const open = useCallback((contact: Contact) => void navigate({ to: '/contacts/$id', params: { id: contact.id } }), [navigate]);
  const narrowed = list.q !== '' || Object.keys(list.filters).length > 0;
  return (
    <Page full>
      <PageHeader title={t('title')} note={found.total !== null && t('ui:rows', { count: found.total })}>
        <SearchField label={t('search')} value={list.q} change={list.setQ} />
        {mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={create.open}>{t('new')}</Button>}
      </PageHeader>
      <Group justify="space-between" mb="sm" gap="xs">
        <FilterBar fields={fields} values={list.filters} change={list.setFilters} />
        <Group gap={6}>
          <ViewMenu list="contacts" search={list.search} open={list.setAll} />
          <ColumnMenu {...columns} />
          <ExportButton list="contacts" query={list.query} />
        </Group>
      </Group>
      {found.error && found.rows.length === 0 ? <ErrorState error={found.error} reset={found.retry} />
        : found.total === 0 && !found.loading ? (
          <EmptyState icon={IconAddressBook} title={t(narrowed ? 'nothing.title' : 'empty.title')} text={t(narrowed ? 'nothing.text' : 'empty.text')} />
        ) : <DataTable label={t('title')} columns={columns.shown} name={nameOf} open={open} choice={choice} {...found} />}
      <Bulk choice={choice} rows={found.rows} />
      <NewContact opened={creating} close={create.close} />
    </Page>
  );
}

function Bulk({ choice, rows }: { choice: Choice; rows: Contact[] }) {
  const { t } = useTranslation('contacts');
  const users = useUsers();
  const chosen = rows.filter((row) => choice.has(row.id));
  const done = choice.clear;
  const mayWrite = useMay('contacts:write');
  const maySegments = useMay('segments:write');
  return (
    <BulkBar choice={choice}>
      {mayWrite && (
        <>
          <PickMenu label={t('ui:owner')} icon={<IconUser size={15} />} options={[{ value: '', label: t('ui:nobody') }, ...users.list.map(({ id, name }) => ({ value: id, label: name }))]}
            pick={(owner) => void giveTo(chosen, owner || null).then(done)} />
          <TagButton add={(tag) => void addTag(chosen, tag).then(done)} />
        </>
      )}
      {maySegments && <AddToList ids={choice.ids} done={done} />}
      {chosen.length <= 200 && <ExportButton list="contacts" query={{ id: choice.ids.join(',') }} />}
    </BulkBar>
  );
}
