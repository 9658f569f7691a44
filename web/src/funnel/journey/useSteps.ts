import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { usePipelines } from '@/app/lookups';
import { KINDS, TOUCHES } from './journey';

/** The stages of a pipeline, and what a step of a journey is called. */
export function useSteps(pipeline: string) {
  const { t } = useTranslation('funnel');
  const { list, stages: all } = usePipelines();
  const stages = useMemo(() => list.find(({ id }) => id === pipeline)?.stages.filter(({ archived_at }) => !archived_at) ?? [], [list, pipeline]);
  const name = useCallback((step: string) => {
    if ([...TOUCHES, ...KINDS].some((known) => known === step)) return t(`journey.${step}`);
    return all.get(step)?.name ?? t(`ui:channel.${step}`, { defaultValue: t('ui:unknown') });
  }, [all, t]);
  return { stages, name };
}
