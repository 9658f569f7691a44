import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAddressBook, IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { AddToList } from '@/segments/AddToList';
import { DeleteButton, OwnerMenu } from '@/ui/list/BulkActions';
import { Begin } from '@/ui/list/Begin';
import { BulkBar } from '@/ui/list/BulkBar';
import { ExportButton } from '@/ui/list/ExportButton';
import { ListPage } from '@/ui/list/ListPage';
import { TagButton } from '@/ui/list/TagButton';
import { walk } from '@/ui/list/walk';
import type { Choice } from '@/ui/table/useChoice';
import { bulk } from './bulk';
import { FIRST_COLUMNS, useContactColumns } from './columns';
import { useContactFilters } from './filters';
import { NewContact } from './NewContact';

type Contact = Schemas['Contact'];

const SORTS = ['-created_at', 'created_at', 'name', '-name', '-updated_at', 'updated_at'];
/** What the API takes in one address. */
const MOST_IDS = 200;
const read = (query: object, signal: AbortSignal) => take(api.GET('/api/v1/contacts', { params: { query }, signal }));
const nameOf = (contact: Contact) => contact.display_name;

export default function ContactsPage() {
  const { t } = useTranslation('contacts');
  const navigate = useNavigate();
  const [creating, create] = useDisclosure();
  const mayWrite = useMay('contacts:write');
  const open = useCallback((contact: Contact, rows: readonly Contact[]) => {
    walk.set(rows.map(({ id }) => ({ id })));
    void navigate({ to: '/contacts/$id', params: { id: contact.id } });
  }, [navigate]);
  const add = mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={create.open}>{t('new')}</Button>;
  return (
    <>
      <ListPage<Contact> list="contacts" icon={IconAddressBook} fields={useContactFilters()} columns={useContactColumns()} first={FIRST_COLUMNS} sorts={SORTS} read={read} name={nameOf}
        open={open} actions={add} begin={<>{add}<Begin /></>} bulk={(choice, rows) => <Bulk choice={choice} rows={rows} />} />
      <NewContact opened={creating} close={create.close} />
    </>
  );
}

function Bulk({ choice, rows }: { choice: Choice; rows: readonly Contact[] }) {
  const chosen = rows.filter((row) => choice.has(row.id));
  const mayWrite = useMay('contacts:write');
  const maySegments = useMay('segments:write');
  const then = (work: Promise<unknown>) => void work.then(choice.clear);
  return (
    <BulkBar choice={choice}>
      {mayWrite && <OwnerMenu pick={(owner) => then(bulk.giveTo(chosen, owner))} />}
      {mayWrite && <TagButton add={(tag) => then(bulk.addTag(chosen, tag))} />}
      {maySegments && <AddToList ids={choice.ids} done={choice.clear} />}
      {chosen.length <= MOST_IDS && <ExportButton list="contacts" query={{ id: choice.ids.join(',') }} />}
      {mayWrite && <DeleteButton run={() => then(bulk.remove(chosen))} />}
    </BulkBar>
  );
}
