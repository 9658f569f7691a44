import { api, ifMatch, type Schemas } from '@/api/client';
import { bulkOf } from '@/ui/list/bulk';

export const bulk = bulkOf<Schemas['Contact']>({
  list: 'contacts',
  batch: (items, replace) => api.POST('/api/v1/contacts/batch', { params: { query: replace ? { lists: 'replace' } : {} }, body: { items: items as never } }),
  remove: ({ id, version }) => api.DELETE('/api/v1/contacts/{id}', { params: { path: { id }, header: ifMatch(version) } }),
  restore: ({ id }) => api.POST('/api/v1/contacts/{id}/restore', { params: { path: { id } } }),
});
