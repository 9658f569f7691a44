import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { useContactColumns } from '@/contacts/columns';
import { useRows } from '@/ui/list/useRows';
import { Counted, NumberDrawer } from '../NumberDrawer';

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
  return <NumberDrawer behind={behind} close={close}>{(behind) => <Clients behind={behind} />}</NumberDrawer>;
}

function Clients({ behind: { journey, step, outcome, title } }: { behind: Behind }) {
  const navigate = useNavigate();
  const asked = JSON.stringify({ journey, step, outcome });
  const read = useCallback(({ cursor, limit }: Record<string, unknown>, signal: AbortSignal) =>
    take(api.POST('/api/v1/reports/journey/clients', { body: { ...JSON.parse(asked), limit, ...(cursor ? { cursor } : {}) }, signal })), [asked]);
  const found = useRows<Schemas['Contact']>('journey', { asked }, read);
  const columns = useContactColumns().filter(({ id }) => SHOWN.includes(id)).map(({ sort: _, ...column }) => column);
  const open = useCallback(({ id }: Schemas['Contact']) => void navigate({ to: '/contacts/$id', params: { id } }), [navigate]);
  return <Counted found={found} text="behind.clients" label={title} columns={columns} name={nameOf} open={open} />;
}
