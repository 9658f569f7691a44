import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBuilding, IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { FilterBar } from '@/ui/filters/FilterBar';
import { ExportButton } from '@/ui/list/ExportButton';
import { SearchField } from '@/ui/list/SearchField';
import { useListSearch } from '@/ui/list/useListSearch';
import { useRows } from '@/ui/list/useRows';
import { ViewMenu } from '@/ui/list/ViewMenu';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { ColumnMenu } from '@/ui/table/ColumnMenu';
import { DataTable } from '@/ui/table/DataTable';
import { useColumns } from '@/ui/table/useColumns';
import { type Company, FIRST_COLUMNS, useCompanyColumns } from './columns';
import { useCompanyFilters } from './filters';
import { NewCompany } from './NewCompany';

const read = (query: object, signal: AbortSignal) => take(api.GET('/api/v1/companies', { params: { query }, signal }));
const nameOf = (company: Company) => company.name;

export default function CompaniesPage() {
  const { t } = useTranslation('companies');
  const fields = useCompanyFilters();
  const list = useListSearch(fields);
  const found = useRows<Company>('companies', list.query, read);
  const columns = useColumns('companies', useCompanyColumns(), FIRST_COLUMNS);
  const navigate = useNavigate();
  const open = useCallback(({ id }: Company) => void navigate({ to: '/companies/$id', params: { id } }), [navigate]);
  const [creating, create] = useDisclosure();
  const mayWrite = useMay('companies:write');
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
          <ViewMenu list="companies" search={list.search} open={list.setAll} />
          <ColumnMenu {...columns} />
          <ExportButton list="companies" query={list.query} />
        </Group>
      </Group>
      {found.error && found.rows.length === 0 ? <ErrorState error={found.error} reset={found.retry} />
        : found.total === 0 && !found.loading ? (
          <EmptyState icon={IconBuilding} title={t(narrowed ? 'nothing.title' : 'empty.title')} text={t(narrowed ? 'nothing.text' : 'empty.text')} />
        ) : <DataTable label={t('title')} columns={columns.shown} name={nameOf} open={open} {...found} />}
      <NewCompany opened={creating} close={create.close} />
    </Page>
  );
}
