/** One field that both changed. */
export interface Clash {
  key: string;
  mine: unknown;
  theirs: unknown;
}

type Fields = Record<string, unknown>;

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/**
 * Of my changes, those to fields that somebody else has also changed since `base`, to another value than mine.
 * What only one of us changed is no conflict.
 */
export function clashes(base: Fields, changes: Fields, latest: Fields): Clash[] {
  return Object.keys(changes)
    .filter((key) => !same(base[key], latest[key]) && !same(changes[key], latest[key]))
    .map((key) => ({ key, mine: changes[key], theirs: latest[key] }));
}

/** My changes without those fields where theirs shall stay. */
export function keepMine(changes: Fields, theirs: ReadonlySet<string>): Fields {
  return Object.fromEntries(Object.entries(changes).filter(([key]) => !theirs.has(key)));
}
