import { Button } from '@mantine/core';
import { IconHelpCircle, IconUsersGroup, IconUserMinus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { useContactColumns } from '@/contacts/columns';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { BulkBar } from '@/ui/list/BulkBar';
import { ExportButton } from '@/ui/list/ExportButton';
import { type RowPage, useRows } from '@/ui/list/useRows';
import { type Column, DataTable } from '@/ui/table/DataTable';
import { useChoice } from '@/ui/table/useChoice';
import type { Segment } from '../data';
import { changeMembers } from './members';
import { type Split, splitQuery } from './split';
import { Why } from './Why';

type Contact = Schemas['Contact'];
const SHOWN = ['name', 'email', 'city', 'owner'];
const NARROWER: Record<string, number> = { name: 180, email: 220, city: 120, owner: 130 };
const nameOf = (contact: Contact) => contact.display_name;

/** Who belongs to the segment, and why. */
export function Members({ segment, split }: { segment: Segment; split: Split }) {
  const { t } = useTranslation('segments');
  const navigate = useNavigate();
  const mayWrite = useMay('segments:write') && segment.kind === 'static';
  const query = useMemo(() => Object.fromEntries(Object.entries({ ...splitQuery(split), segment: segment.id }).map(([key, value]) => [key, String(value)])), [split, segment.id]);
  const found = useRows<Contact>('segments', query, readMembers);
  const [asked, setAsked] = useState<Contact | null>(null);
  const columns = useMemberColumns(segment.kind === 'dynamic' ? setAsked : null);
  const choice = useChoice();
  const open = useCallback((contact: Contact) => void navigate({ to: '/contacts/$id', params: { id: contact.id } }), [navigate]);
  const nobody = found.rows.length === 0 && !found.loading && !found.error;
  if (found.error && found.rows.length === 0) return <ErrorState error={found.error} reset={found.retry} />;
  return (
    <>
      {nobody ? <EmptyState icon={IconUsersGroup} title={t('members.none')} text={t(`members.none.${segment.kind}`)} />
        : <DataTable label={t('members')} columns={columns} name={nameOf} open={open} choice={choice} {...found} />}
      <BulkBar choice={choice}>
        {mayWrite && <Button variant="default" leftSection={<IconUserMinus size={15} />} onClick={() => void changeMembers(segment.id, { remove: [...choice.ids] }).then(choice.clear)}>{t('members.remove')}</Button>}
        {choice.size <= 200 && <ExportButton list="contacts" query={{ id: choice.ids.join(',') }} />}
      </BulkBar>
      {asked && <Why contact={asked} segment={segment} close={() => setAsked(null)} />}
    </>
  );
}

/** The list of members tells no total. */
async function readMembers({ segment, total: _, ...query }: Record<string, string | number | boolean>, signal: AbortSignal): Promise<RowPage<Contact>> {
  return take(api.GET('/api/v1/segments/{id}/members', { params: { path: { id: String(segment) }, query }, signal }));
}

function useMemberColumns(ask: ((contact: Contact) => void) | null): Column<Contact>[] {
  const { t } = useTranslation('segments');
  const all = useContactColumns();
  const shown = useMemo(() => all.filter(({ id }) => SHOWN.includes(id)).map((column) => ({ ...column, width: NARROWER[column.id] ?? column.width })), [all]);
  return useMemo(() => [
    ...shown.slice(0, 1),
    ...(ask ? [{
      id: 'why', title: t('why'), width: 122, cell: (contact: Contact) => (
        <Button size="compact-xs" variant="subtle" leftSection={<IconHelpCircle size={14} />} aria-label={t('why.of', { name: contact.display_name })}
          onClick={(event) => { event.stopPropagation(); ask(contact); }}>{t('why')}</Button>
      ),
    }] : []),
    ...shown.slice(1),
  ], [shown, ask, t]);
}
