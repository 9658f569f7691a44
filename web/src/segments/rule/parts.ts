import { isPiece, type Piece, put } from './model';

/** How a part is asked for. */
export type PartEntry =
  | 'channels' | 'online' | 'direction' | 'kinds' | 'groups' | 'texts' | 'properties' | 'window' | 'count' | 'money' | 'pipeline' | 'stages' | 'stage' | 'status'
  | 'stageWindow' | 'stay' | 'stageStay' | 'reasons' | 'said' | 'users' | 'leadFields' | 'rfmGroups' | 'score';

/** Something that a condition can be narrowed by. It stands within `touchpoints`, `leads`, `rfm`, or beside it. */
export interface Part {
  key: string;
  entry: PartEntry;
  beside?: true;
  /** What it begins as. */
  first?: unknown;
}

const touch = (key: string, entry: PartEntry = 'texts', first?: unknown): Part => ({ key, entry, first });

export const TOUCH_FILTER: Part[] = [
  touch('channel', 'channels'), touch('kind', 'kinds'), touch('online', 'online', true), touch('direction', 'direction', 'inbound'), touch('channel_group', 'groups'),
  touch('campaign'), touch('source'), touch('utm_source'), touch('utm_medium'), touch('utm_campaign'), touch('utm_term'), touch('utm_content'),
  touch('property', 'properties', [{ key: '', op: 'is' }]),
];

export const TOUCHPOINTS: Part[] = [
  ...TOUCH_FILTER,
  { key: 'window', entry: 'window', beside: true, first: { last: '30d' } },
  { key: 'count', entry: 'count', beside: true, first: { at_least: 2 } },
  { key: 'sum', entry: 'money', beside: true, first: { currency: 'EUR' } },
  { key: 'first', entry: 'window', beside: true, first: { last: '30d' } },
  { key: 'last', entry: 'window', beside: true, first: { before_last: '90d' } },
];

export const SEQUENCE: Part[] = [{ key: 'window', entry: 'window', beside: true, first: { last: '90d' } }];

export const LEADS: Part[] = [
  { key: 'status', entry: 'status', first: 'open' }, { key: 'pipeline', entry: 'pipeline' }, { key: 'stage', entry: 'stages' }, { key: 'reached', entry: 'stage' },
  { key: 'entered', entry: 'stageWindow', first: {} }, { key: 'in_stage_for', entry: 'stay', first: { at_least: '14d' } }, { key: 'time_in_stage', entry: 'stageStay', first: { at_least: '14d' } },
  { key: 'value', entry: 'money', first: { currency: 'EUR' } }, { key: 'lost_reason', entry: 'reasons' }, { key: 'reason', entry: 'said', first: { op: 'contains' } },
  { key: 'owner', entry: 'users' }, { key: 'source', entry: 'texts' }, { key: 'first_touch_group', entry: 'groups' }, { key: 'last_touch_group', entry: 'groups' },
  { key: 'began', entry: 'window', first: { last: '90d' } }, { key: 'closed', entry: 'window', first: { last: '90d' } },
  { key: 'custom', entry: 'leadFields', first: [{ op: 'is' }] },
  { key: 'count', entry: 'count', beside: true, first: { at_least: 2 } },
];

export const RFM: Part[] = [
  { key: 'group', entry: 'rfmGroups' }, { key: 'recency', entry: 'score', first: { at_least: 4 } }, { key: 'frequency', entry: 'score', first: { at_least: 4 } }, { key: 'monetary', entry: 'score', first: { at_least: 4 } },
];

/** A condition whose parts are edited: `head` is what the others stand in, such as `touchpoints`. */
export function valueOf(node: Piece, head: string, part: Part): unknown {
  const inside = node[head];
  return part.beside ? node[part.key] : isPiece(inside) ? inside[part.key] : undefined;
}

export function withPart(node: Piece, head: string, part: Part, value: unknown): Piece {
  if (part.beside) return put(node, part.key, value);
  const inside = isPiece(node[head]) ? node[head] : {};
  return { ...node, [head]: put(inside, part.key, value) };
}

export function pathOf(path: string, head: string, part: Part): string {
  return part.beside ? `${path}.${part.key}` : `${path}.${head}.${part.key}`;
}
