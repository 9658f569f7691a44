import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFields, useUsers } from '@/app/lookups';
import { Tags } from '@/contacts/columns';
import { customText } from '@/ui/custom';
import { useFormat } from '@/ui/format';
import type { Column } from '@/ui/table/DataTable';
import { When } from '@/ui/When';

export type Company = Schemas['Company'];
export const FIRST_COLUMNS = ['domain', 'industry', 'phone', 'owner', 'city', 'tags', 'created'];

export function useCompanyColumns(): Column<Company>[] {
  const { t } = useTranslation('companies');
  const users = useUsers();
  const fields = useFields('company');
  const { country } = useFormat();
  return useMemo(() => [
    { id: 'name', title: t('name'), width: 240, sort: 'name', cell: (company) => <span style={{ fontWeight: 550 }} dir="auto">{company.name}</span> },
    { id: 'domain', title: t('domain'), width: 180, cell: (company) => company.domain },
    { id: 'industry', title: t('industry'), width: 150, cell: (company) => company.industry },
    { id: 'email', title: t('email'), width: 220, cell: (company) => company.email },
    { id: 'phone', title: t('phone'), width: 150, cell: (company) => company.phone },
    { id: 'owner', title: t('ui:owner'), width: 150, cell: (company) => users.byId.get(company.owner_id ?? '')?.name },
    { id: 'city', title: t('city'), width: 140, cell: (company) => company.address?.city },
    { id: 'country', title: t('country'), width: 140, cell: ({ address }) => address?.country && country(address.country) },
    { id: 'tags', title: t('ui:tags'), width: 180, cell: (company) => <Tags tags={company.tags} /> },
    ...fields.map((field): Column<Company> => ({
      id: `custom.${field.key}`, title: field.label, width: 150, cell: (company) => customText(field, company.custom[field.key]),
    })),
    { id: 'created', title: t('created'), width: 130, sort: 'created_at', cell: (company) => <When at={company.created_at} /> },
  ], [t, users, fields, country]);
}
