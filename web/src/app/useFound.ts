import { useQuery } from '@tanstack/react-query';
import { api, take, type Schemas } from '@/api/client';
import { may } from '@/auth/session';

const LIMIT = 6;

interface Found {
  contacts: Schemas['Contact'][];
  companies: Schemas['Company'][];
  leads: Schemas['LeadRow'][];
}

const NOTHING: Found = { contacts: [], companies: [], leads: [] };

async function find(q: string, signal: AbortSignal): Promise<Found> {
  const query = { q, limit: LIMIT };
  const [contacts, companies, leads] = await Promise.all([
    may('contacts:read') ? take(api.GET('/api/v1/contacts', { params: { query }, signal })).then((page) => page.items) : [],
    may('companies:read') ? take(api.GET('/api/v1/companies', { params: { query }, signal })).then((page) => page.items) : [],
    may('leads:read') ? take(api.GET('/api/v1/leads', { params: { query }, signal })).then((page) => page.items) : [],
  ]);
  return { contacts, companies, leads };
}

/** What bears the words, of every kind. */
export function useFound(q: string) {
  const { data, isFetching } = useQuery({
    queryKey: ['search', q],
    queryFn: ({ signal }) => find(q, signal),
    enabled: q.length >= 2,
    placeholderData: (before) => (q.length >= 2 ? before : undefined),
  });
  return { ...(q.length >= 2 ? (data ?? NOTHING) : NOTHING), busy: isFetching };
}
