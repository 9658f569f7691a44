import { useQuery } from '@tanstack/react-query';
import i18n from 'i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';

export type Segment = Schemas['Segment'];

async function allSegments(): Promise<Segment[]> {
  const all: Segment[] = [];
  let cursor: string | undefined;
  do {
    const page = await take(api.GET('/api/v1/segments', { params: { query: { limit: 200, ...(cursor ? { cursor } : {}) } } }));
    all.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return all;
}

export function useSegments() {
  return useQuery({ queryKey: ['segments', 'all'], queryFn: allSegments });
}

const NONE: Segment[] = [];

export function useSegmentNames(): Segment[] {
  return useSegments().data ?? NONE;
}

export function useSegment(id: string) {
  return useQuery({ queryKey: ['segments', 'one', id], queryFn: () => take(api.GET('/api/v1/segments/{id}', { params: { path: { id } } })) });
}

/** A page of the bin. */
export function deletedSegments(cursor: string | undefined) {
  return take(api.GET('/api/v1/segments', { params: { query: { deleted: true, cursor } } }));
}

/** Takes a segment out of the bin. */
export async function restoreSegment(id: string) {
  await take(api.POST('/api/v1/segments/{id}/restore', { params: { path: { id } } }));
  await refreshSegments();
}

export type SizeUnit = 'day' | 'week' | 'month';

export function useSize(id: string, unit: SizeUnit) {
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return useQuery({
    queryKey: ['segments', 'size', id, unit],
    queryFn: () => take(api.GET('/api/v1/segments/{id}/size', { params: { path: { id }, query: { unit, tz } } })),
    select: (size) => size.items,
  });
}

/** How many members somebody sees now. The list of contacts counts; the list of members does not. */
export function useMemberCount(id: string, enabled = true) {
  return useQuery({
    queryKey: ['segments', 'count', id], enabled,
    queryFn: () => take(api.GET('/api/v1/contacts', { params: { query: { segment_id: id, limit: 1, total: true } } })),
    select: (page) => page.total ?? null,
  });
}

export function refreshSegments() {
  return queryClient.invalidateQueries({ queryKey: ['segments'] });
}

/** The API's languages. */
export function ruleLanguage(): 'en' | 'ru' | 'pt' {
  return i18n.language.slice(0, 2) as 'en' | 'ru' | 'pt';
}

/** The rule in the person's language, as the API says it. */
export function sentenceOf(words: Schemas['RuleWords'] | null | undefined): string | null {
  const text = words?.[ruleLanguage()];
  return text ? text.charAt(0).toLocaleUpperCase() + text.slice(1) : null;
}
