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

/** Custom fields are changed each by itself. */
function flat({ custom, ...fields }: Fields): Fields {
  const own = typeof custom === 'object' && custom !== null ? Object.entries(custom) : [];
  return { ...fields, ...Object.fromEntries(own.map(([key, value]) => [`custom.${key}`, value])) };
}

/**
 * Of my changes, those to fields that somebody else has also changed since `base`, to another value than mine.
 * What only one of us changed is no conflict.
 */
export function clashes(base: Fields, changes: Fields, latest: Fields): Clash[] {
  const [before, mine, theirs] = [flat(base), flat(changes), flat(latest)];
  return Object.keys(mine)
    .filter((key) => !same(before[key], theirs[key]) && !same(mine[key], theirs[key]))
    .map((key) => ({ key, mine: mine[key], theirs: theirs[key] }));
}

/** My changes without those fields where theirs shall stay. */
export function keepMine(changes: Fields, theirs: ReadonlySet<string>): Fields {
  const kept = Object.entries(flat(changes)).filter(([key]) => !theirs.has(key));
  const own = kept.filter(([key]) => key.startsWith('custom.')).map(([key, value]) => [key.slice('custom.'.length), value]);
  const fields = Object.fromEntries(kept.filter(([key]) => !key.startsWith('custom.')));
  return own.length > 0 ? { ...fields, custom: Object.fromEntries(own) } : fields;
}
