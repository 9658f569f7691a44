import { useNavigate } from '@tanstack/react-router';
import { createContext, useCallback, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useContactColumns } from '@/contacts/columns';
import { Counted, NumberDrawer } from '@/ui/list/NumberDrawer';
import { useRows } from '@/ui/list/useRows';
import { NumberButton } from '../Count';

type Journey = Schemas['JourneyInput'];

/** A number of a journey. */
export interface Behind {
  journey: Journey;
  step: number;
  outcome: Schemas['JourneyOutcome'];
  /** Of one part alone; that of clients without is empty. */
  bucket?: string | undefined;
  title: string;
  count: number;
}

export const ClientsContext = createContext<(behind: Behind) => void>(() => undefined);

/** A number that opens the clients it counts. */
export function Clients({ className, children, ...behind }: Behind & { className?: string | undefined; children?: string }) {
  const open = useContext(ClientsContext);
  return <NumberButton value={behind.count} title={behind.title} className={className} open={() => open(behind)}>{children}</NumberButton>;
}

const SHOWN = ['name', 'email', 'phone', 'owner'];
const nameOf = (contact: Schemas['Contact']) => contact.display_name;

/** Exactly the clients behind a number. */
export function ClientsDrawer({ behind, close }: { behind: Behind | null; close: () => void }) {
  return <NumberDrawer behind={behind} close={close}>{(behind) => <List behind={behind} />}</NumberDrawer>;
}

function List({ behind: { journey, step, outcome, bucket, title } }: { behind: Behind }) {
  const { t } = useTranslation('funnel');
  const navigate = useNavigate();
  const asked = JSON.stringify({ journey, step, outcome, bucket });
  const read = useCallback(({ cursor, limit }: Record<string, unknown>, signal: AbortSignal) =>
    take(api.POST('/api/v1/reports/journey/clients', { body: { ...JSON.parse(asked), limit, ...(cursor ? { cursor } : {}) }, signal })), [asked]);
  const found = useRows<Schemas['Contact']>('journey', { asked }, read);
  const columns = useContactColumns().filter(({ id }) => SHOWN.includes(id)).map(({ sort: _, ...column }) => column);
  const open = useCallback(({ id }: Schemas['Contact']) => void navigate({ to: '/contacts/$id', params: { id } }), [navigate]);
  return <Counted found={found} text={(count) => t('behind.clients', { count })} label={title} columns={columns} name={nameOf} open={open} />;
}
