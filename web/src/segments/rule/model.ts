import type { Schemas } from '@/api/client';

/** A piece of a rule as it is edited: what is in it may still be wrong; the API says so. */
export interface Piece {
  [key: string]: unknown;
}

export type Rule = Schemas['SegmentRule'];

const CONDITIONS = ['field', 'tag', 'consent', 'touchpoints', 'sequence', 'leads', 'rfm', 'segment'] as const;
export type Condition = (typeof CONDITIONS)[number];
export type Join = 'all' | 'any';

/** A rule apart from its frame: a group of conditions, and where its days begin. */
export interface Draft {
  root: Piece;
  zone: string;
}

export function isPiece(value: unknown): value is Piece {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function joinOf(node: Piece): Join | null {
  return Array.isArray(node.all) ? 'all' : Array.isArray(node.any) ? 'any' : null;
}

export function entriesOf(node: Piece): Piece[] {
  const join = joinOf(node);
  return join ? (node[join] as unknown[]).filter(isPiece) : [];
}

export function conditionOf(node: Piece): Condition | null {
  return CONDITIONS.find((name) => node[name] !== undefined) ?? null;
}

/** A node without the `not` around it. */
export function peel(node: Piece): { negated: boolean; inner: Piece } {
  return isPiece(node.not) ? { negated: true, inner: node.not } : { negated: false, inner: node };
}

export function wrap(inner: Piece, negated: boolean): Piece {
  return negated ? { not: inner } : inner;
}

/** Without what is absent and without a `not` of a `not`, which mean nothing. */
function tidy(node: Piece): Piece {
  const { negated, inner } = peel(node);
  if (negated) {
    const again = peel(inner);
    return again.negated ? tidy(again.inner) : { not: tidy(inner) };
  }
  const given = Object.entries(node).filter(([, value]) => value !== null && value !== undefined);
  const join = joinOf(node);
  return Object.fromEntries(given.map(([key, value]) => [key, key === join ? entriesOf(node).map(tidy) : value]));
}

/** A rule to edit. One that is no group becomes a group of one. */
export function toDraft(rule: Rule | Piece | null | undefined, zone: string): Draft {
  if (!rule) return { root: { all: [] }, zone };
  const { version: _, time_zone, ...rest } = rule as Piece;
  const node = tidy(rest);
  const root = joinOf(peel(node).inner) ? node : { all: [node] };
  return { root, zone: typeof time_zone === 'string' ? time_zone : 'UTC' };
}

export function toRule({ root, zone }: Draft): Rule {
  return { version: 1, time_zone: zone, ...root } as Rule;
}

export function isEmpty({ root }: Draft): boolean {
  return entriesOf(peel(root).inner).length === 0;
}

/** The piece with one value changed; what is empty is left out. */
export function put(piece: Piece, key: string, value: unknown): Piece {
  const { [key]: _, ...rest } = piece;
  const empty = value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
  return empty ? rest : { ...rest, [key]: value };
}

/** What a new condition of a kind begins as. */
export function begin(what: Condition | 'group'): Piece {
  switch (what) {
    case 'group': return { any: [] };
    case 'field': return { field: 'city', op: 'is' };
    case 'tag': return { tag: '' };
    case 'consent': return { consent: 'email', state: 'granted' };
    case 'touchpoints': return { touchpoints: {}, window: { last: '30d' } };
    case 'sequence': return { sequence: [{}, {}], within: '7d' };
    case 'leads': return { leads: { status: 'open' } };
    case 'rfm': return { rfm: {} };
    case 'segment': return { segment: '' };
  }
}

/** `rule.all[2].not`, as the API names places. */
export function childPath(path: string, join: Join, index: number): string {
  return `${path}.${join}[${index}]`;
}
