import { useQuery } from '@tanstack/react-query';
import { api, take } from '@/api/client';

const KEY = 'touchline.currency';

export const CURRENCIES: string[] = Intl.supportedValuesOf('currency');

/** What somebody chose last serves until they choose otherwise; at first, what the newest lead is worth something in. */
export function useUsualCurrency(): string {
  const kept = localStorage.getItem(KEY) ?? '';
  const known = CURRENCIES.includes(kept);
  const { data } = useQuery({
    queryKey: ['usual-currency'], staleTime: Infinity, enabled: !known,
    queryFn: () => take(api.GET('/api/v1/leads', { params: { query: { amount_min: 0, limit: 1 } } })),
  });
  return known ? kept : data?.items[0]?.currency ?? 'EUR';
}

export function rememberCurrency(currency: string) {
  localStorage.setItem(KEY, currency);
}
