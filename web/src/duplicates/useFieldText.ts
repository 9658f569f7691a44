import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useFields, useUsers } from '@/app/lookups';
import { customText } from '@/ui/custom';
import { useFormat } from '@/ui/format';
import type { Pair } from './compare';

type Values = Record<string, unknown>;

/** What a field is called and how its value reads. */
export function useFieldText(pair: Pair) {
  const { t } = useTranslation('duplicates');
  const { country } = useFormat();
  const users = useUsers();
  const fields = useFields('contact');
  const ids = pair.flatMap(({ company_id }) => (company_id ? [company_id] : []));
  const { data } = useQuery({
    queryKey: ['companies', 'names', ids], enabled: ids.length > 0,
    queryFn: () => take(api.GET('/api/v1/companies', { params: { query: { id: ids.join(',') } } })),
  });
  const custom = (key: string) => fields.find((field) => `custom.${field.key}` === key);
  function list(key: string, value: unknown): string {
    const entries = Array.isArray(value) ? value : [];
    if (key === 'emails') return entries.map((email: Values) => email.address).join(', ');
    if (key === 'phones') return entries.map((phone: Values) => phone.number).join(', ');
    if (key === 'external_ids') return entries.map((one: Values) => `${String(one.source)}: ${String(one.id)}`).join(', ');
    return entries.join(', ');
  }
  return {
    label: (key: string) => custom(key)?.label ?? (key.startsWith('custom.') ? key.slice('custom.'.length) : t(`field.${key}`)),
    show(key: string, value: unknown): string {
      if (value === null || value === undefined) return '';
      if (key === 'owner_id') return users.byId.get(String(value))?.name ?? String(value);
      if (key === 'company_id') return data?.items.find(({ id }) => id === value)?.name ?? '…';
      if (key === 'address') {
        const { street, postal_code, city, region, country: code } = value as Values;
        return [street, [postal_code, city].filter(Boolean).join(' '), region, code && country(String(code))].filter(Boolean).join(', ');
      }
      if (key === 'consents') return Object.entries(value as Record<string, Values>).map(([channel, consent]) => `${t(`ui:channel.${channel}`)}: ${t(`consent.${String(consent.state)}`)}`).join(', ');
      if (Array.isArray(value)) return list(key, value);
      return customText(custom(key) ?? { kind: 'text' }, value);
    },
  };
}
