import type { Schemas } from '@/api/client';

export type Fact = Schemas['ActivityFact'] & { id: string };

/** A row of its own: a lead may come to a stage more than once, but not twice at one time. */
export const rowOf = (fact: Schemas['ActivityFact']): Fact => ({ ...fact, id: fact.interaction_id ?? fact.task_id ?? `${fact.lead_id} ${fact.stage_id} ${fact.at}` });

/** What was done: a task by its title, a touchpoint by its channel, a move by the stage it led to. */
export function wordsOf(fact: Fact, channel: (name: Schemas['Channel']) => string, stage: (id: string) => string | undefined): string {
  if (fact.task_title != null) return fact.task_title;
  if (fact.channel) return channel(fact.channel);
  return (fact.stage_id && stage(fact.stage_id)) || '—';
}
