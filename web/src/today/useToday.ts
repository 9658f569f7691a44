import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, take } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { listen } from '@/app/stream';
import { fromLocal, toLocal } from '@/ui/zone';

const DAY_MS = 86_400_000;
const NEW_DAYS = 7;
/** Who has waited longer has gone elsewhere. */
const REPLY_DAYS = 30;
const MOST = 100;
const EVERY_MS = 10_000;

/** The start of a day some days ago: the same the whole day, so that what was read is read once. */
function daysAgo(days: number): string {
  return fromLocal(toLocal(new Date(Date.now() - days * DAY_MS)).slice(0, 10)).toISOString();
}

/** What wants to be done today: one's own, or that of everybody in sight. */
export function useToday(mine: boolean) {
  useLiveToday();
  return useFoundToday(mine);
}

export function useFoundToday(mine: boolean) {
  const { stages, ready } = usePipelines();
  const owner = mine ? { owner_id: 'me' } : {};
  const tasks = useQuery({
    queryKey: ['tasks', 'today', mine],
    queryFn: () => take(api.GET('/api/v1/tasks', { params: { query: { state: 'open', due_to: daysAgo(-1), limit: MOST, ...(mine ? { assignee_id: 'me' } : {}) } } })),
  });
  const fresh = useQuery({
    queryKey: ['leads', 'today', 'new', mine],
    queryFn: () => take(api.GET('/api/v1/leads', { params: { query: { ...owner, kind: 'open', entered_from: daysAgo(NEW_DAYS), sort: '-entered_at', limit: MOST } } })),
  });
  const stale = useQuery({
    queryKey: ['leads', 'today', 'stale', mine],
    queryFn: () => take(api.GET('/api/v1/leads', { params: { query: { ...owner, stale: true, sort: 'stage_entered_at', limit: MOST, total: true } } })),
  });
  const replies = useQuery({
    queryKey: ['today', 'replies', mine],
    queryFn: () => take(api.GET('/api/v1/interactions/awaiting-reply', { params: { query: { ...owner, from: daysAgo(REPLY_DAYS), limit: MOST, total: true } } })),
  });
  return {
    tasks: tasks.data?.items ?? [], stale: stale.data?.items ?? [], replies: replies.data?.items ?? [],
    fresh: fresh.data?.items.filter((lead) => stages.get(lead.stage_id)?.position === 0) ?? [],
    /** How many stand too long and wait, shown or not. */
    staleTotal: stale.data?.total ?? 0,
    repliesTotal: replies.data?.total ?? 0,
    ready: ready && tasks.isSuccess && fresh.isSuccess && stale.isSuccess && replies.isSuccess,
    error: tasks.error ?? fresh.error ?? stale.error ?? replies.error,
  };
}

/** What comes in, and what colleagues do, appears by itself; where much comes in, now and then. */
function useLiveToday() {
  useEffect(() => {
    const stop = new AbortController();
    let next = 0;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      next = Date.now() + EVERY_MS;
      waiting = undefined;
      for (const key of ['today', 'tasks', 'leads']) void queryClient.invalidateQueries({ queryKey: [key] });
    };
    void listen({ query: {}, heard: () => { waiting ??= setTimeout(read, Math.max(0, next - Date.now())); }, signal: stop.signal });
    return () => {
      stop.abort();
      clearTimeout(waiting);
    };
  }, []);
}
