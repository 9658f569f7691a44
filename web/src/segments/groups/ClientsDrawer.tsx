import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useContactColumns } from '@/contacts/columns';
import { useFormat } from '@/ui/format';
import { Counted, NumberDrawer } from '@/ui/list/NumberDrawer';
import { useRows } from '@/ui/list/useRows';
import type { Column } from '@/ui/table/DataTable';
import type { RfmGroup } from '../rfm';

type Client = Schemas['RfmClient'];

/** The number of a group's clients. */
export interface Behind {
  group: RfmGroup;
  title: string;
  count: number;
  query: Record<string, string>;
  /** What amounts are in. */
  currency: string | null;
}

/** Exactly the clients of a group, who bought last first. */
export function ClientsDrawer({ behind, close }: { behind: Behind | null; close: () => void }) {
  return <NumberDrawer behind={behind} close={close}>{(behind) => <Clients behind={behind} />}</NumberDrawer>;
}

const nameOf = (client: Client) => client.display_name;

function read({ total: _, ...query }: Record<string, unknown>, signal: AbortSignal) {
  return take(api.GET('/api/v1/reports/rfm/clients', { params: { query: query as never }, signal }));
}

function Clients({ behind: { group, title, query, currency } }: { behind: Behind }) {
  const { t } = useTranslation('segments');
  const navigate = useNavigate();
  const found = useRows<Client>('rfm-clients', { ...query, group }, read);
  const columns = useColumns(currency);
  const open = useCallback(({ id }: Client) => void navigate({ to: '/contacts/$id', params: { id } }), [navigate]);
  return <Counted found={found} text={(count) => t('rfm.clients', { count })} label={title} columns={columns} name={nameOf} open={open} />;
}

function useColumns(currency: string | null): Column<Client>[] {
  const { t } = useTranslation('segments');
  const contacts = useContactColumns();
  const { day, number, roundMoney } = useFormat();
  return useMemo(() => {
    const known = (id: string) => contacts.filter((column) => column.id === id).map(({ sort: _, ...column }): Column<Client> => column);
    return [
      ...known('name'),
      { id: 'last', title: t('rfm.last'), width: 145, cell: ({ rfm }) => day(rfm.last_at) },
      { id: 'purchases', title: t('rfm.purchases'), width: 100, right: true, cell: ({ rfm }) => number(rfm.purchases) },
      { id: 'amount', title: t('rfm.amount'), width: 120, right: true, cell: ({ rfm }) => (currency ? roundMoney(rfm.amount, currency) : null) },
      { id: 'scores', title: t('rfm.scores'), width: 110, cell: ({ rfm }) => `${rfm.recency} · ${rfm.frequency} · ${rfm.monetary}` },
      ...known('owner'),
    ];
  }, [t, contacts, currency, day, number, roundMoney]);
}
