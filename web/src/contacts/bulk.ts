import { api, type Schemas } from '@/api/client';
import { asSeen, bulkOf, inBatches } from '@/ui/list/bulk';

export const bulk = bulkOf<Schemas['Contact']>({
  list: 'contacts',
  batch: (items, replace) => api.POST('/api/v1/contacts/batch', { params: { query: replace ? { lists: 'replace' } : {} }, body: { items: items as never } }),
  remove: (contacts) => inBatches(contacts, (some) => api.POST('/api/v1/contacts/delete', { body: asSeen(some) })),
  restore: (contacts) => inBatches(contacts, (some) => api.POST('/api/v1/contacts/restore', { body: { ids: some.map(({ id }) => id) } })),
});
