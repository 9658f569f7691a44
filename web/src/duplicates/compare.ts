import type { Schemas } from '@/api/client';

type Contact = Schemas['Contact'];
export type Side = 0 | 1;
export type Pair = readonly [Contact, Contact];

/** A field that one of the two values is kept of. */
const CHOSEN = ['given_name', 'family_name', 'job_title', 'company_id', 'owner_id', 'address', 'source', 'language', 'time_zone'] as const;
/** What is joined: everything of both stays. */
const JOINED = ['emails', 'phones', 'tags', 'external_ids', 'consents'] as const;

export interface Row {
  /** As the API names it: `job_title`, `custom.size`. */
  key: string;
  values: readonly [unknown, unknown];
  kind: 'same' | 'choice' | 'joined';
}

function plain(value: unknown): string {
  return JSON.stringify(value ?? null);
}

function filled(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value !== 'object' || Object.values(value).some(filled);
}

function row(key: string, a: unknown, b: unknown, joined = false): Row {
  return { key, values: [a, b], kind: plain(a) === plain(b) ? 'same' : joined ? 'joined' : 'choice' };
}

/** The two side by side, field by field; what neither has is left out. */
export function rowsOf([a, b]: Pair): Row[] {
  const keys = [...new Set([...Object.keys(a.custom), ...Object.keys(b.custom)])].sort();
  return [
    ...CHOSEN.map((key) => row(key, a[key], b[key])),
    ...JOINED.map((key) => row(key, a[key], b[key], true)),
    ...keys.map((key) => row(`custom.${key}`, (a.custom as Record<string, unknown>)[key], (b.custom as Record<string, unknown>)[key])),
  ].filter(({ values }) => values.some(filled));
}

/** Whose value is kept where nobody chooses: what is filled, else the newer; of where a client came from the older. */
export function firstSide({ key, values }: Row, [a, b]: Pair): Side {
  if (!filled(values[0])) return 1;
  if (!filled(values[1])) return 0;
  if (key === 'source') return a.created_at <= b.created_at ? 0 : 1;
  return a.updated_at > b.updated_at ? 0 : 1;
}

export type Sides = Readonly<Record<string, Side>>;

export function sidesOf(rows: readonly Row[], pair: Pair): Sides {
  return Object.fromEntries(rows.filter(({ kind }) => kind === 'choice').map((one) => [one.key, firstSide(one, pair)]));
}

/** The choices as the API takes them. */
export function choicesOf(sides: Sides, pair: Pair): Record<string, string> {
  return Object.fromEntries(Object.entries(sides).map(([key, side]) => [key, pair[side].id]));
}
