import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useLostReasons, usePipelines } from '@/app/lookups';
import type { FilterField } from '@/ui/filters/model';
import { useOwnerOptions } from '@/ui/filters/owners';

export function useLeadFilters(): FilterField[] {
  const { t } = useTranslation('leads');
  const owners = useOwnerOptions();
  const { list } = usePipelines();
  const reasons = useLostReasons();
  return useMemo(() => [
    { key: 'kind', label: t('kind'), kind: 'choice', options: ['open', 'won', 'lost'].map((value) => ({ value, label: t(`ui:kind.${value}`) })) },
    { key: 'stage_id', label: t('stage'), kind: 'choice', options: list.flatMap((pipeline) => pipeline.stages.map(({ id, name }) => ({ value: id, label: list.length > 1 ? `${pipeline.name}: ${name}` : name }))) },
    ...(list.length > 1 ? [{ key: 'pipeline_id', label: t('pipeline'), kind: 'choice', options: list.map(({ id, name }) => ({ value: id, label: name })) } as FilterField] : []),
    { key: 'owner_id', label: t('ui:owner'), kind: 'choice', options: owners },
    { key: 'stale', label: t('stale'), kind: 'choice', options: ['true', 'false'].map((value) => ({ value, label: t(`stale.${value}`) })) },
    { key: 'source', label: t('source'), kind: 'text' },
    { key: 'lost_reason_id', label: t('lost.reason'), kind: 'choice', options: reasons.map(({ id, name }) => ({ value: id, label: name })) },
    { key: 'expected_close_from', label: t('close.from'), kind: 'date' },
    { key: 'expected_close_to', label: t('close.to'), kind: 'date' },
    { key: 'entered_from', label: t('entered.from'), kind: 'day' },
    { key: 'entered_to', label: t('entered.to'), kind: 'day' },
    { key: 'closed_from', label: t('closed.from'), kind: 'day' },
    { key: 'closed_to', label: t('closed.to'), kind: 'day' },
  ], [t, owners, list, reasons]);
}
