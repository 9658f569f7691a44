import { api, type Schemas } from '@/api/client';
import { asSeen, bulkOf, inBatches } from '@/ui/list/bulk';

export const bulk = bulkOf<Schemas['Company']>({
  list: 'companies',
  batch: (items) => api.POST('/api/v1/companies/batch', { body: { items: items as never } }),
  remove: (companies) => inBatches(companies, (some) => api.POST('/api/v1/companies/delete', { body: asSeen(some) })),
  restore: (companies) => inBatches(companies, (some) => api.POST('/api/v1/companies/restore', { body: { ids: some.map(({ id }) => id) } })),
});
