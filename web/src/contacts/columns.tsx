import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFields, useUsers } from '@/app/lookups';
import { customText } from '@/ui/custom';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import type { Column } from '@/ui/table/DataTable';
import { When } from '@/ui/When';

type Contact = Schemas['Contact'];

export const FIRST_COLUMNS = ['email', 'phone', 'owner', 'source', 'city', 'tags', 'created'];

export function useContactColumns(): Column<Contact>[] {
  const { t } = useTranslation('contacts');
  const users = useUsers();
  const fields = useFields('contact');
  const { country } = useFormat();
  return useMemo(() => [
    { id: 'name', title: t('name'), width: 220, sort: 'name', cell: (contact) => <Name name={contact.display_name} /> },
    { id: 'email', title: t('email'), width: 250, cell: ({ emails }) => emails.find((email) => email.primary)?.address ?? emails[0]?.address },
    { id: 'phone', title: t('phone'), width: 150, cell: ({ phones }) => phones.find((phone) => phone.primary)?.number ?? phones[0]?.number },
    { id: 'job', title: t('job'), width: 160, cell: (contact) => contact.job_title },
    { id: 'owner', title: t('ui:owner'), width: 150, cell: (contact) => users.byId.get(contact.owner_id ?? '')?.name },
    { id: 'source', title: t('source'), width: 130, cell: (contact) => contact.source },
    { id: 'city', title: t('city'), width: 140, cell: (contact) => contact.address?.city },
    { id: 'country', title: t('country'), width: 140, cell: ({ address }) => address?.country && country(address.country) },
    { id: 'tags', title: t('ui:tags'), width: 180, cell: (contact) => <Tags tags={contact.tags} /> },
    ...fields.map((field): Column<Contact> => ({
      id: `custom.${field.key}`, title: field.label, width: 150, cell: (contact) => customText(field, contact.custom[field.key]),
    })),
    { id: 'created', title: t('created'), width: 120, sort: 'created_at', cell: (contact) => <When at={contact.created_at} /> },
    { id: 'updated', title: t('updated'), width: 120, sort: 'updated_at', cell: (contact) => <When at={contact.updated_at} /> },
  ], [t, users, fields, country]);
}

function Name({ name }: { name: string }) {
  return (
    <span className="tl-beside">
      <Initials name={name} size={26} />
      <b className="tl-cut" dir="auto">{name}</b>
    </span>
  );
}

export function Tags({ tags }: { tags: readonly string[] }) {
  return <span className="tl-beside" style={{ gap: 4 }}>{tags.map((tag) => <span key={tag} className="tl-tag">{tag}</span>)}</span>;
}
