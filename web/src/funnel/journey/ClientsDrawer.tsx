import { Drawer, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useContactColumns } from '@/contacts/columns';
import { ErrorState } from '@/ui/ErrorState';
import { useRows } from '@/ui/list/useRows';
import { DataTable } from '@/ui/table/DataTable';
import classes from '../Funnel.module.css';

/** A number of a journey. */
export interface Behind {
  journey: Schemas['JourneyInput'];
  step: number;
  outcome: Schemas['JourneyOutcome'];
  title: string;
  count: number;
}

const SHOWN = ['name', 'email', 'phone', 'owner'];
const nameOf = (contact: Schemas['Contact']) => contact.display_name;

/** Exactly the clients behind a number. */
export function ClientsDrawer({ behind, close }: { behind: Behind | null; close: () => void }) {
  const { t } = useTranslation('funnel');
  return (
    <Drawer opened={behind !== null} onClose={close} position="right" size="min(980px, 100vw)" title={behind?.title} closeButtonProps={{ 'aria-label': t('ui:close') }}
      styles={{ content: { display: 'flex', flexDirection: 'column' }, body: { flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' } }}>
      {behind && <Clients behind={behind} />}
    </Drawer>
  );
}

function Clients({ behind: { journey, step, outcome, title } }: { behind: Behind }) {
  const { t } = useTranslation('funnel');
  const navigate = useNavigate();
  const asked = JSON.stringify({ journey, step, outcome });
  const read = useCallback(({ cursor, limit }: Record<string, unknown>, signal: AbortSignal) =>
    take(api.POST('/api/v1/reports/journey/clients', { body: { ...JSON.parse(asked), limit, ...(cursor ? { cursor } : {}) }, signal })), [asked]);
  const found = useRows<Schemas['Contact']>('journey', { asked }, read);
  const columns = useContactColumns().filter(({ id }) => SHOWN.includes(id)).map(({ sort: _, ...column }) => column);
  const open = useCallback(({ id }: Schemas['Contact']) => void navigate({ to: '/contacts/$id', params: { id } }), [navigate]);
  if (found.error && found.rows.length === 0) return <ErrorState error={found.error} reset={found.retry} />;
  return (
    <>
      <div className={classes.behind}>
        <Text size="sm" c="dimmed" data-total={found.total ?? undefined}>{found.total === null ? t('ui:loading') : t('behind.clients', { count: found.total })}</Text>
      </div>
      <DataTable label={title} columns={columns} name={nameOf} open={open} {...found} />
    </>
  );
}
