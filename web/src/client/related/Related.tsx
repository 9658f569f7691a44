import type { Client } from '../useClient';
import { Consents } from './Consents';
import { Identities } from './Identities';
import { Leads } from './Leads';
import { Merges } from './Merges';
import { Segments } from './Segments';
import { Tasks } from './Tasks';

/** What belongs to the client: leads, tasks, segments, consents, identities. */
export function Related({ client }: { client: Client }) {
  return (
    <>
      <Leads client={client} />
      <Tasks id={client.contact.id} />
      <Segments id={client.contact.id} />
      <Consents contact={client.contact} />
      <Identities id={client.contact.id} />
      <Merges id={client.contact.id} />
    </>
  );
}
