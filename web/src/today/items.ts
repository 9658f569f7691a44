import type { Schemas } from '@/api/client';

export const PARTS = ['overdue', 'due', 'replies', 'fresh', 'stale'] as const;
export type Part = (typeof PARTS)[number];

interface Base {
  id: string;
  part: Part;
  contactId: string;
  /** The client's, as far as one may know. */
  name?: string | null | undefined;
  phone?: string | null | undefined;
}

/** One thing to do. */
export type Item = Base & ({ kind: 'task'; task: Schemas['TaskRow'] } | { kind: 'lead'; lead: Schemas['LeadRow'] } | { kind: 'reply'; reply: Schemas['AwaitingReply'] });

interface Whose {
  contact_id: string;
  contact_name?: string | null;
  contact_phone?: string | null;
}

const whose = ({ contact_id, contact_name, contact_phone }: Whose) => ({ contactId: contact_id, name: contact_name, phone: contact_phone });

interface Found {
  tasks: Schemas['TaskRow'][];
  fresh: Schemas['LeadRow'][];
  stale: Schemas['LeadRow'][];
  replies: Schemas['AwaitingReply'][];
}

/** Everything in the order in which it is worked. */
export function itemsOf({ tasks, fresh, stale, replies }: Found, now = new Date()): Item[] {
  const isLate = (task: Schemas['TaskRow']) => task.due_at != null && new Date(task.due_at) < now;
  const task = (part: Part) => (task: Schemas['TaskRow']): Item => ({ id: `t${task.id}`, part, ...whose(task), kind: 'task', task });
  const lead = (part: Part) => (lead: Schemas['LeadRow']): Item => ({ id: `${part}${lead.id}`, part, ...whose(lead), kind: 'lead', lead });
  return [
    ...tasks.filter(isLate).map(task('overdue')),
    ...tasks.filter((one) => !isLate(one)).map(task('due')),
    ...replies.map((reply): Item => ({ id: `r${reply.contact_id}`, part: 'replies', ...whose(reply), kind: 'reply', reply })),
    ...fresh.map(lead('fresh')),
    ...stale.filter(({ id }) => !fresh.some((one) => one.id === id)).map(lead('stale')),
  ];
}
