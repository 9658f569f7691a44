import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { listen } from '@/app/stream';
import { queryClient } from '@/app/query';
import { moveLead } from '@/leads/move';
import { refreshLeads } from '@/leads/refresh';
import { type Card, shift } from './shift';

const FIRST = 50;
/** The most cards that a column shows; the list has the others. */
export const MOST = 200;

interface Wanted {
  pipeline: string | undefined;
  owner: string | undefined;
  days: number;
}

/** The board as it is now, and as it will be while a move is under way. */
export function useBoard({ pipeline, owner, days }: Wanted) {
  const [limit, setLimit] = useState(FIRST);
  const key = useMemo(() => ['leads', 'board', pipeline, owner ?? '', days, limit], [pipeline, owner, days, limit]);
  const found = useQuery<Schemas['Board']>({
    queryKey: key, enabled: pipeline !== undefined,
    queryFn: ({ signal }): Promise<Schemas['Board']> => take(api.GET('/api/v1/pipelines/{id}/board', {
      params: { path: { id: pipeline ?? '' }, query: { limit, closed_days: days, ...(owner ? { owner_id: owner } : {}) } }, signal,
    })),
    placeholderData: (before) => (before?.pipeline_id === pipeline ? before : undefined),
  });
  const { data: board } = found;
  const cards = useMemo(() => board?.columns.flatMap(({ leads }) => leads.items) ?? [], [board]);
  useLiveBoard();

  const move = useCallback(async (card: Card, to: Schemas['StageMove']) => {
    await queryClient.cancelQueries({ queryKey: key });
    queryClient.setQueryData<Schemas['Board']>(key, (before) => before && shift(before, card, to.stage_id));
    // Whatever comes of it, the board is read anew.
    await moveLead(card, to);
  }, [key]);

  return {
    board, cards, move,
    more: limit < MOST ? () => setLimit(MOST) : null,
    error: found.error, retry: () => void found.refetch(), waiting: found.isPending,
  };
}

/** What others do appears by itself. */
function useLiveBoard() {
  useEffect(() => {
    const stop = new AbortController();
    void listen({ query: {}, wants: (type) => type === 'stage_move' || type === 'change' || type === 'reset', heard: () => void refreshLeads(), signal: stop.signal });
    return () => stop.abort();
  }, []);
}
