import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { api, take, type Schemas } from '@/api/client';
import { type FieldProblem, isProblem } from '@/api/problem';
import { ruleLanguage } from '../data';
import { type Draft, isEmpty, type Rule, toRule } from '../rule/model';

const TYPING_MS = 300;
const NO_FAULTS: readonly FieldProblem[] = [];

export interface Tried {
  /** What the last rule without faults came to. */
  preview: Schemas['Preview'] | null;
  faults: readonly FieldProblem[];
  /** Whether the rule on the screen is another than the one counted. */
  behind: boolean;
  error: Error | null;
}

/** Asks the API for what the rule finds, as it is being built. */
export function usePreview(draft: Draft): Tried {
  const language = ruleLanguage();
  const now = useMemo(() => JSON.stringify(toRule(draft)), [draft]);
  const [asked] = useDebouncedValue(now, TYPING_MS);
  const { data, error, isFetching } = useQuery({
    queryKey: ['segments', 'preview', asked, language], enabled: !isEmpty(draft),
    queryFn: ({ signal }) => take(api.POST('/api/v1/segments/preview', { body: { rule: JSON.parse(asked) as Rule, language }, signal })),
    placeholderData: (before) => before,
  });
  const last = useRef<Schemas['Preview'] | null>(null);
  if (data) last.current = data;
  const faults = isProblem(error, 422) ? error.fields : NO_FAULTS;
  return { preview: isEmpty(draft) ? null : last.current, faults: isEmpty(draft) ? NO_FAULTS : faults, behind: isFetching || asked !== now, error: isProblem(error, 422) ? null : error };
}

/** What stands at a place such as `rule.all[0].value`. */
export function at(rule: unknown, place: string): unknown {
  const steps = place.match(/[^.[\]]+/g)?.slice(1) ?? [];
  return steps.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined), rule);
}

/** A fault that is none yet: somebody has not come to fill it in. */
export function isUnfinished(fault: FieldProblem, rule: Rule): boolean {
  const value = at(rule, fault.field);
  return fault.code === 'required' || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
