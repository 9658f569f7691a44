import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { fromLocal, toLocal } from '@/ui/zone';
import { awaiting } from './awaiting';

const DAY_MS = 86_400_000;
const NEW_DAYS = 7;
const REPLY_DAYS = 14;

function endOfToday(): string {
  return daysAgo(-1);
}

/** The start of a day some days ago: the same the whole day, so that what was read is read once. */
function daysAgo(days: number): string {
  return fromLocal(toLocal(new Date(Date.now() - days * DAY_MS)).slice(0, 10)).toISOString();
}

const REPLIES = 'email,chat,sms,social';

async function inboundAndOutbound(direction: 'inbound' | 'outbound'): Promise<Schemas['Interaction'][]> {
  const from = daysAgo(REPLY_DAYS);
  const lists = await Promise.all(REPLIES.split(',').map((channel) =>
    take(api.GET('/api/v1/interactions', { params: { query: { channel: channel as never, direction, from, limit: 100 } } }))));
  return lists.flatMap((page) => page.items);
}

/** What wants to be done today, of one person or (`null`) of everybody in sight. */
export function useToday(userId: string | null) {
  const { stages, ready } = usePipelines();
  const mine = userId ? { owner_id: userId } : {};
  const tasks = useQuery({
    queryKey: ['tasks', 'today', userId],
    queryFn: () => take(api.GET('/api/v1/tasks', { params: { query: { state: 'open', due_to: endOfToday(), limit: 100, ...(userId ? { assignee_id: userId } : {}) } } })),
  });
  const fresh = useQuery({
    queryKey: ['leads', 'today', 'new', userId],
    queryFn: () => take(api.GET('/api/v1/leads', { params: { query: { ...mine, kind: 'open', entered_from: daysAgo(NEW_DAYS), sort: '-entered_at', limit: 50 } } })),
  });
  const old = useQuery({
    queryKey: ['leads', 'today', 'old', userId],
    queryFn: () => take(api.GET('/api/v1/leads', { params: { query: { ...mine, kind: 'open', sort: 'stage_entered_at', limit: 100 } } })),
  });
  const replies = useQuery({
    queryKey: ['today', 'replies'],
    queryFn: async () => awaiting(await inboundAndOutbound('inbound'), await inboundAndOutbound('outbound')),
  });
  const stale = useMemo(() => {
    const now = Date.now();
    return (old.data?.items ?? []).filter((lead) => {
      const days = stages.get(lead.stage_id)?.stale_after_days;
      return days != null && now - new Date(lead.stage_entered_at).getTime() > days * DAY_MS;
    });
  }, [old.data, stages]);
  const entered = fresh.data?.items.filter((lead) => stages.get(lead.stage_id)?.position === 0) ?? [];
  return {
    tasks: tasks.data?.items ?? [], fresh: entered, stale, replies: replies.data ?? [],
    ready: ready && tasks.isSuccess && fresh.isSuccess && old.isSuccess && replies.isSuccess,
    error: tasks.error ?? fresh.error ?? old.error ?? replies.error,
  };
}
