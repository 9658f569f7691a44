import type { Schemas } from '@/api/client';

export const PARTS = ['overdue', 'due', 'replies', 'fresh', 'stale'] as const;
export type Part = (typeof PARTS)[number];

interface Base {
  id: string;
  part: Part;
  contactId: string;
  /** The client's, where it came along. */
  name?: string | null;
}

/** One thing to do. */
export type Item = Base & ({ kind: 'task'; task: Schemas['Task'] } | { kind: 'lead'; lead: Schemas['LeadRow'] } | { kind: 'reply'; reply: Schemas['AwaitingReply'] });

interface Found {
  tasks: Schemas['Task'][];
  fresh: Schemas['LeadRow'][];
  stale: Schemas['LeadRow'][];
  replies: Schemas['AwaitingReply'][];
}

/** Everything in the order in which it is worked. */
export function itemsOf({ tasks, fresh, stale, replies }: Found, now = new Date()): Item[] {
  const isLate = (task: Schemas['Task']) => task.due_at != null && new Date(task.due_at) < now;
  const task = (part: Part) => (task: Schemas['Task']): Item => ({ id: `t${task.id}`, part, contactId: task.contact_id, kind: 'task', task });
  const lead = (part: Part) => (lead: Schemas['LeadRow']): Item => ({ id: `${part}${lead.id}`, part, contactId: lead.contact_id, name: lead.contact_name, kind: 'lead', lead });
  return [
    ...tasks.filter(isLate).map(task('overdue')),
    ...tasks.filter((one) => !isLate(one)).map(task('due')),
    ...replies.map((reply): Item => ({ id: `r${reply.contact_id}`, part: 'replies', contactId: reply.contact_id, name: reply.contact_name, kind: 'reply', reply })),
    ...fresh.map(lead('fresh')),
    ...stale.filter(({ id }) => !fresh.some((one) => one.id === id)).map(lead('stale')),
  ];
}
