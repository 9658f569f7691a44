import i18n from 'i18next';
import { api, ifMatch, take } from '@/api/client';
import { saveTogether } from '@/ui/conflict/save';
import { notifyDone } from '@/ui/notify';
import { refreshSegments, type Segment, sentenceOf } from '../data';
import { toRule } from '../rule/model';
import { changesOf, type Work } from './useWork';

export async function createSegment(work: Work): Promise<Segment> {
  const description = work.description.trim() || null;
  const segment = await take(api.POST('/api/v1/segments', { body: { name: work.name.trim(), description, rule: toRule(work.draft) } }));
  await refreshSegments();
  return segment;
}

/** Saves a segment that others may change, too: what is changed, or of that only `keys`. Of a rule both sentences are shown. */
export async function saveSegment(segment: Segment, work: Work, sentence: string | null, keys?: (keyof Segment)[]): Promise<Segment> {
  const path = { id: segment.id };
  const all = changesOf(work, segment);
  const changes = Object.fromEntries(Object.entries(all).filter(([key]) => !keys || keys.includes(key as keyof Segment))) as Partial<Segment>;
  if (Object.keys(changes).length === 0) return segment;
  let theirs: Segment = segment;
  const { kind, record } = await saveTogether<Segment>({
    base: segment, changes,
    latest: async () => (theirs = await take(api.GET('/api/v1/segments/{id}', { params: { path } }))),
    save: (body, version) => take(api.PATCH('/api/v1/segments/{id}', { params: { path, header: ifMatch(version) }, body: body as never })),
    label: (key) => i18n.t(`segments:${key}`),
    show: (key, value) => (key === 'rule' ? (value === changes.rule ? sentence : sentenceOf(theirs.words)) ?? '' : String(value ?? '')),
  });
  await refreshSegments();
  notifyDone(i18n.t(kind === 'merged' ? 'ui:conflict.merged' : 'ui:saved'));
  return record;
}
