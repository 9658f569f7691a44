import type { Schemas } from '@/api/client';
import type { ListSearch } from '@/ui/list/useListSearch';
import { searchOf } from '../ask';
import { stepsOf } from '../journey/journey';

type PipelineOf = (stage: string) => string | undefined;

/** The address of a saved report or of a snapshot of it. */
export function addressOf({ kind, parameters }: Pick<Schemas['SavedReport'], 'kind' | 'parameters'>, pipelineOf: PipelineOf): ListSearch | null {
  return kind === 'journey' ? journeyAddress(parameters as unknown as Schemas['JourneyInput'], pipelineOf) : searchOf(kind, parameters as Record<string, unknown>);
}

/** Steps that the address has no words for are left to the saved journey itself. */
function journeyAddress({ steps, from, to, window }: Schemas['JourneyInput'], pipelineOf: PipelineOf): ListSearch {
  const found = stepsOf(steps, pipelineOf);
  const search: ListSearch = {
    tab: 'journey', pipeline: found?.pipeline, steps: found?.steps.join(','), from: from ?? undefined, to: to ?? undefined, range: from || to ? undefined : 'all', window: window ?? undefined,
  };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value));
}
