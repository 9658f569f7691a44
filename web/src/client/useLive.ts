import { useEffect } from 'react';
import { listen } from '@/app/stream';
import { dropEntry } from './timeline/drop';
import { refreshClient } from './useClient';

/** While the page is open, what happens with the client appears by itself. */
export function useLive(id: string) {
  useEffect(() => {
    const stop = new AbortController();
    void listen({ query: { contact_id: id }, heard: () => refreshClient(id), gone: (entry) => dropEntry(id, entry), signal: stop.signal });
    return () => stop.abort();
  }, [id]);
}
