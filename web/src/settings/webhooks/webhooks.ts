import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';

export type Webhook = Schemas['Webhook'];
export type Delivery = Schemas['Delivery'];

const TYPES: Schemas['ChangeType'][] = [
  'contact.created', 'contact.updated', 'contact.deleted', 'contact.restored', 'contact.erased', 'contact.merged', 'contact.unmerged',
  'company.created', 'company.updated', 'company.deleted', 'company.restored',
  'lead.created', 'lead.updated', 'lead.stage_changed', 'lead.deleted', 'lead.restored',
  'interaction.recorded', 'interaction.updated', 'interaction.deleted', 'interaction.restored',
  'task.created', 'task.updated', 'task.completed', 'task.deleted', 'task.restored',
  'segment.entered', 'segment.left',
];

/** What can be told of, by the kind of record. */
export const TYPES_OF = ['contact', 'company', 'lead', 'interaction', 'task', 'segment'].map((record) => ({
  record, all: `${record}.*`, types: TYPES.filter((type) => type.startsWith(`${record}.`)),
}));

export const key = (id: string) => ['webhooks', id];
export const refreshWebhooks = () => queryClient.invalidateQueries({ queryKey: ['webhooks'] });

export const readWebhook = (id: string) => take(api.GET('/api/v1/webhooks/{id}', { params: { path: { id } } }));

export const changeWebhook = (id: string, version: number, body: Schemas['WebhookInput']) =>
  take(api.PATCH('/api/v1/webhooks/{id}', { params: { path: { id }, header: ifMatch(version) }, body }));

export type Health = 'paused' | 'gone' | 'failing' | 'good';

export function healthOf({ paused_at, pause_reason, failing_since }: Webhook): Health {
  if (paused_at) return pause_reason === 'gone' ? 'gone' : pause_reason === 'failing' ? 'failing' : 'paused';
  return failing_since ? 'failing' : 'good';
}
