import type { Schemas } from '@/api/client';
import type { ListSearch } from '@/ui/list/useListSearch';
import { lastDay } from '@/ui/days';
import { CLIENTS, searchOf } from '../ask';
import { stepsOf } from '../journey/journey';

type PipelineOf = (stage: string) => string | undefined;

/** The address of a saved report or of a snapshot of it. */
export function addressOf({ kind, parameters }: Pick<Schemas['SavedReport'], 'kind' | 'parameters'>, pipelineOf: PipelineOf): ListSearch | null {
  if (kind === 'rfm') return rfmAddress(parameters as Record<string, unknown>);
  return kind === 'journey' ? journeyAddress(parameters as unknown as Schemas['JourneyInput'], pipelineOf) : searchOf(kind, parameters as Record<string, unknown>);
}

/** Steps that the address has no words for are left to the saved journey itself. */
function journeyAddress(parameters: Schemas['JourneyInput'], pipelineOf: PipelineOf): ListSearch {
  const { steps, from, to, window, company_id: company, breakdown, period, compare } = parameters;
  // Nor has it any for a company.
  const found = company ? null : stepsOf(steps, pipelineOf);
  const search: ListSearch = {
    tab: 'journey', pipeline: found?.pipeline, steps: found?.steps.join(','), from: from ?? undefined, to: to ?? undefined, range: from || to ? undefined : 'all', window: window ?? undefined,
    part: breakdown ?? undefined, unit: period ?? undefined, compare: compare ?? undefined,
    ...Object.fromEntries(CLIENTS.map((key) => [key, (parameters as Record<string, unknown>)[key] as string | undefined])),
  };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value));
}

/** Groups of buyers stand among the segments. */
function rfmAddress(parameters: Record<string, unknown>): ListSearch {
  const text = (key: string) => (parameters[key] == null ? undefined : String(parameters[key]));
  const day = text('as_of');
  const search = { tab: 'rfm', as_of: day && lastDay(day), owner_id: text('owner_id'), team_id: text('team_id'), segment_id: text('segment_id') };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value));
}
