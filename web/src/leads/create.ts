import { api, ifMatch, take, type Schemas } from '@/api/client';
import { fieldErrors } from '@/api/problem';
import { toMinor } from '@/ui/format';
import type { Chosen } from './ContactPicker';
import { rememberCurrency } from './currency';
import { refreshLeads } from './refresh';

export interface LeadDraft {
  client: Chosen | null;
  email: string;
  phone: string;
  title: string;
  pipeline: string;
  stage: string;
  amount: string;
  currency: string;
  owner: string;
  close: string;
  source: string;
}

/** As the API takes it: only what was said. */
export function toNewLead(draft: LeadDraft): Schemas['NewLead'] {
  const { client } = draft;
  const amount = draft.amount.trim() === '' ? null : toMinor(draft.amount, draft.currency);
  const said: Schemas['NewLead'] = {
    title: draft.title.trim() || null, pipeline_id: draft.pipeline || null, stage_id: draft.stage || null, owner_id: draft.owner || null,
    expected_close_on: draft.close || null, source: draft.source.trim() || null,
    ...(amount === null ? {} : { amount, currency: draft.currency }),
  };
  const whose = client?.kind === 'known' ? { contact_id: client.id }
    : { contact: { name: client?.name ?? null, email: draft.email.trim() || null, phone: draft.phone.trim() || null } };
  const given = Object.entries({ ...said, ...whose }).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as Schemas['NewLead'];
}

/** Makes the lead, and the client where it is a new one. */
export async function createLead(draft: LeadDraft): Promise<Schemas['Lead']> {
  const body = toNewLead(draft);
  const { contact } = body;
  // Without an address there is nothing to find a client by, so a new name is always a new client.
  if (contact && !contact.email && !contact.phone) {
    const made = await take(api.POST('/api/v1/contacts', { body: { given_name: contact.name, owner_id: body.owner_id ?? null } }));
    const { contact: _, ...rest } = body;
    const lead = await take(api.POST('/api/v1/leads', { body: { ...rest, contact_id: made.id } })).catch(async (error: unknown) => {
      await take(api.DELETE('/api/v1/contacts/{id}', { params: { path: { id: made.id }, header: ifMatch(made.version) } })).catch(() => undefined);
      throw error;
    });
    return told(lead);
  }
  return told(await take(api.POST('/api/v1/leads', { body })));
}

function told(lead: Schemas['Lead']): Schemas['Lead'] {
  if (lead.currency) rememberCurrency(lead.currency);
  void refreshLeads();
  return lead;
}

/** Takes a new lead back. */
export async function removeLead(lead: Pick<Schemas['Lead'], 'id'>) {
  const path = { id: lead.id };
  const { version } = await take(api.GET('/api/v1/leads/{id}', { params: { path } }));
  await take(api.DELETE('/api/v1/leads/{id}', { params: { path, header: ifMatch(version) } }));
  void refreshLeads();
}

/** The API's names of what the form calls otherwise. */
const PLACES: Record<string, keyof LeadDraft> = {
  contact: 'client', contact_id: 'client', 'contact.name': 'client', 'contact.email': 'email', 'contact.phone': 'phone', given_name: 'client',
  pipeline_id: 'pipeline', stage_id: 'stage', owner_id: 'owner', expected_close_on: 'close',
};

export function draftErrors(error: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(fieldErrors(error)).map(([field, message]) => [PLACES[field] ?? field, message]));
}
