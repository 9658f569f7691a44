import { api, type Schemas } from '@/api/client';
import { bulkOf, inBatches } from '@/ui/list/bulk';

const ids = (contacts: { id: string }[]) => ({ ids: contacts.map(({ id }) => id) });

export const bulk = bulkOf<Schemas['Contact']>({
  list: 'contacts',
  batch: (items, replace) => api.POST('/api/v1/contacts/batch', { params: { query: replace ? { lists: 'replace' } : {} }, body: { items: items as never } }),
  remove: (contacts) => inBatches(contacts, (some) => api.POST('/api/v1/contacts/delete', { body: ids(some) })),
  restore: (contacts) => inBatches(contacts, (some) => api.POST('/api/v1/contacts/restore', { body: ids(some) })),
});
