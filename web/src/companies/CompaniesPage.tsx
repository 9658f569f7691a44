import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBuilding, IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { DeleteButton, OwnerMenu } from '@/ui/list/BulkActions';
import { Begin } from '@/ui/list/Begin';
import { BulkBar } from '@/ui/list/BulkBar';
import { ExportButton } from '@/ui/list/ExportButton';
import { ListPage } from '@/ui/list/ListPage';
import { TagButton } from '@/ui/list/TagButton';
import type { Choice } from '@/ui/table/useChoice';
import { bulk } from './bulk';
import { type Company, FIRST_COLUMNS, useCompanyColumns } from './columns';
import { useCompanyFilters } from './filters';
import { NewCompany } from './NewCompany';

const SORTS = ['-created_at', 'created_at', 'name', '-name', '-updated_at', 'updated_at'];
/** What the API takes in one address. */
const MOST_IDS = 200;
const read = (query: object, signal: AbortSignal) => take(api.GET('/api/v1/companies', { params: { query }, signal }));
const nameOf = (company: Company) => company.name;

export default function CompaniesPage() {
  const { t } = useTranslation('companies');
  const navigate = useNavigate();
  const open = useCallback(({ id }: Company) => void navigate({ to: '/companies/$id', params: { id } }), [navigate]);
  const [creating, create] = useDisclosure();
  const mayWrite = useMay('companies:write');
  const add = mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={create.open}>{t('new')}</Button>;
  return (
    <>
      <ListPage<Company> list="companies" icon={IconBuilding} fields={useCompanyFilters()} columns={useCompanyColumns()} first={FIRST_COLUMNS} sorts={SORTS} read={read} name={nameOf}
        open={open} actions={add} begin={<>{add}<Begin /></>} bulk={(choice, rows) => <Bulk choice={choice} rows={rows} />} />
      <NewCompany opened={creating} close={create.close} />
    </>
  );
}

function Bulk({ choice, rows }: { choice: Choice; rows: readonly Company[] }) {
  const chosen = rows.filter((row) => choice.has(row.id));
  const mayWrite = useMay('companies:write');
  const then = (work: Promise<unknown>) => void work.then(choice.clear);
  return (
    <BulkBar choice={choice}>
      {mayWrite && <OwnerMenu pick={(owner) => then(bulk.giveTo(chosen, owner))} />}
      {mayWrite && <TagButton add={(tag) => then(bulk.addTag(chosen, tag))} />}
      {chosen.length <= MOST_IDS && <ExportButton list="companies" query={{ id: choice.ids.join(',') }} />}
      {mayWrite && <DeleteButton run={() => then(bulk.remove(chosen))} />}
    </BulkBar>
  );
}
