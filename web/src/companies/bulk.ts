import { api, ifMatch, type Schemas } from '@/api/client';
import { bulkOf, oneByOne } from '@/ui/list/bulk';

export const bulk = bulkOf<Schemas['Company']>({
  list: 'companies',
  batch: (items) => api.POST('/api/v1/companies/batch', { body: { items: items as never } }),
  remove: (companies) => oneByOne(companies, ({ id, version }) => api.DELETE('/api/v1/companies/{id}', { params: { path: { id }, header: ifMatch(version) } })),
  restore: (companies) => oneByOne(companies, ({ id }) => api.POST('/api/v1/companies/{id}/restore', { params: { path: { id } } })),
});
