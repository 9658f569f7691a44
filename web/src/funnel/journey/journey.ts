import type { Schemas } from '@/api/client';
import { CHANNELS } from '@/ui/channels';
import { type Ask, ZONE } from '../ask';

export const MOST_STEPS = 20;
const DEFAULT = ['web', 'open', 'won'];
/** Steps that are of no one channel or stage. */
export const TOUCHES = ['inbound', 'online', 'offline'] as const;
export const KINDS = ['open', 'won', 'lost'] as const;

/** The steps as the address names them: channels, kinds of touchpoint, kinds of stage, or a stage's id. */
export function readSteps(text: string | undefined): string[] {
  const steps = text?.split(',').filter(Boolean).slice(0, MOST_STEPS) ?? [];
  return steps.length >= 2 ? steps : DEFAULT;
}

const among = <T extends string>(known: readonly T[], value: string): value is T => (known as readonly string[]).includes(value);

function meaning(step: string, pipeline: string): Schemas['JourneyStep'] {
  if (step === 'inbound') return { touch: { direction: 'inbound' } as Schemas['TouchStep'] };
  if (step === 'online' || step === 'offline') return { touch: { online: step === 'online' } as Schemas['TouchStep'] };
  if (among(CHANNELS, step)) return { touch: { channels: [step] } as Schemas['TouchStep'] };
  if (among(KINDS, step)) return { stage: { kind: step, pipeline_id: pipeline } as Schemas['StageStep'] };
  return { stage: { stage_ids: [step] } as Schemas['StageStep'] };
}

/** What the API is asked. */
export function journeyOf(ask: Ask, steps: readonly string[], name: (step: string) => string): Schemas['JourneyInput'] {
  return { steps: steps.map((step) => ({ ...meaning(step, ask.pipeline), name: name(step) })), ...ask.span, tz: ZONE, ...(ask.window ? { window: ask.window } : {}) };
}
