import { QueryClient } from '@tanstack/react-query';
import { isOffline } from '@/api/problem';
import { connection } from './connection';

const RETRIES_MS = [500, 1500, 4000, 10_000];

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What the API refuses it refuses again; only silence is worth another try.
      retry: (count, error) => isOffline(error) && count < RETRIES_MS.length,
      retryDelay: (count) => RETRIES_MS[count] ?? 10_000,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

connection.back(() => void queryClient.invalidateQueries());
