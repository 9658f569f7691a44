import type { Schemas } from '@/api/client';

export interface Step {
  id: string;
  channel: Schemas['Channel'];
  online: boolean;
  /** How many on this channel in a row. */
  count: number;
  /** The first of them. */
  at: string;
}

/** Touchpoints until the lead was closed, the oldest first; those in a row on one channel are one step. Notes touch nobody. */
export function touchesBefore(entries: readonly Schemas['TimelineEntry'][], closedAt: string | null): Step[] {
  const steps: Step[] = [];
  for (const { id, type, channel, online, occurred_at } of [...entries].reverse()) {
    if (type !== 'interaction' || !channel || channel === 'note' || (closedAt && occurred_at > closedAt)) continue;
    const last = steps.at(-1);
    if (last?.channel === channel && last.online === online) last.count += 1;
    else steps.push({ id, channel, online: online ?? false, count: 1, at: occurred_at });
  }
  return steps;
}
