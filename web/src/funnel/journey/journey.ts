import type { Schemas } from '@/api/client';
import { CHANNELS } from '@/ui/channels';
import { type Ask, breakdown, CLIENTS, comparison, pick, ZONE } from '../ask';

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
  const named = steps.map((step) => ({ ...meaning(step, ask.pipeline), name: name(step) }));
  return { steps: named, ...ask.span, tz: ZONE, ...(ask.window ? { window: ask.window } : {}), ...pick(ask.narrow, CLIENTS), ...breakdown(ask.part, ask.unit), ...comparison(ask) };
}

/** The same journey of the very period that was counted, as it was seen then. */
export function asCounted({ compare: _, ...journey }: Schemas['JourneyInput'], { from, to, as_of }: Pick<Schemas['JourneyReport'], 'from' | 'to' | 'as_of'>): Schemas['JourneyInput'] {
  return { ...journey, ...(from ? { from } : {}), to, as_of };
}

/** Whether of a step's tests there are these, and no others. */
function only(tests: object | null | undefined, ...keys: string[]): boolean {
  const asked = Object.entries(tests ?? {}).filter(([, value]) => value !== null && (!Array.isArray(value) || value.length > 0)).map(([key]) => key);
  return asked.sort().join() === keys.sort().join();
}

function called({ touch, stage }: Schemas['JourneyStep']): string | null {
  if (touch && !stage) {
    const [channel, ...others] = touch.channels ?? [];
    if (only(touch, 'direction') && touch.direction === 'inbound') return 'inbound';
    if (only(touch, 'online')) return touch.online ? 'online' : 'offline';
    return only(touch, 'channels') && channel && others.length === 0 && among(CHANNELS, channel) ? channel : null;
  }
  if (!stage || touch) return null;
  const [id, ...others] = stage.stage_ids ?? [];
  if (only(stage, 'kind', 'pipeline_id')) return stage.kind ?? null;
  return only(stage, 'stage_ids') && id && others.length === 0 ? id : null;
}

/** The steps as the address names them, and the pipeline they are of; `null` where it has no words for them. */
export function stepsOf(steps: readonly Schemas['JourneyStep'][], pipelineOf: (stage: string) => string | undefined): { steps: string[]; pipeline: string | undefined } | null {
  const names = steps.map(called);
  const pipelines = new Set(steps.flatMap(({ stage }) => (stage ? [stage.pipeline_id ?? pipelineOf(stage.stage_ids?.[0] ?? '')] : [])));
  return names.includes(null) || pipelines.size > 1 ? null : { steps: names as string[], pipeline: [...pipelines][0] };
}
