import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';

export type Rules = Schemas['ChannelRules'];
export type Rule = Schemas['ChannelRule'];
export type Condition = Schemas['ChannelCondition'];
export const KEY = ['channel-groups'];
export const FIELDS: Condition['field'][] = ['source', 'source_kind', 'medium', 'campaign', 'click_id', 'channel', 'online', 'kind'];

export const readRules = () => take(api.GET('/api/v1/channel-groups'));

export async function saveRules(rules: Rule[], version: number): Promise<Rules> {
  const saved = await take(api.PUT('/api/v1/channel-groups', { params: { header: ifMatch(version) }, body: { rules } }));
  queryClient.setQueryData(KEY, saved);
  return saved;
}

/** Puts former rules back, whatever the version is by now. */
export async function restoreRules({ published, rules }: Rules) {
  const { version } = await readRules();
  const params = { header: ifMatch(version) };
  queryClient.setQueryData(KEY, published ? await take(api.DELETE('/api/v1/channel-groups', { params })) : await saveRules(rules, version));
}

/** A condition as its inputs have it: the words of `is` with commas between. */
export interface Draft {
  field: Condition['field'];
  how: 'is' | 'matches';
  text: string;
}

export const emptyDraft = (): Draft => ({ field: 'source', how: 'is', text: '' });

export const toDraft = ({ field, is, matches }: Condition): Draft => (matches != null ? { field, how: 'matches', text: matches } : { field, how: 'is', text: (is ?? []).join(', ') });

export function fromDraft({ field, how, text }: Draft): Condition {
  if (how === 'matches') return { field, matches: text };
  return { field, is: text.split(',').map((word) => word.trim()).filter(Boolean) };
}
