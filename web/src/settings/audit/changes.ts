export interface Change {
  key: string;
  before: unknown;
  after: unknown;
}

/** What every record carries and nobody changes by hand. */
const NOISE = new Set(['id', 'version', 'created_at', 'updated_at', 'created_by', 'created_by_key']);

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects inside are told field by field: `address.city`. */
function flat(record: Fields, prefix = ''): [string, unknown][] {
  return Object.entries(record).flatMap(([key, value]): [string, unknown][] => {
    if (!prefix && NOISE.has(key)) return [];
    return isFields(value) && Object.keys(value).length > 0 ? flat(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]];
  });
}

const isEmpty = (value: unknown) => value === null || value === undefined || value === '' || (Array.isArray(value) ? value.length === 0 : isFields(value) && Object.keys(value).length === 0);

/** Field by field, what an entry of the audit log changed. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const [old, now] = [before, after].map((record) => new Map(isFields(record) ? flat(record) : record == null ? [] : [['', record]]));
  const keys = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])];
  return keys.map((key) => ({ key, before: old?.get(key), after: now?.get(key) }))
    .filter((change) => !(isEmpty(change.before) && isEmpty(change.after)) && JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** What a record is called, as far as it tells. */
export function nameOf(record: unknown): string | null {
  if (!isFields(record)) return null;
  const found = ['display_name', 'title', 'name', 'label', 'subject', 'email', 'url', 'role'].map((key) => record[key]).find((value) => typeof value === 'string' && value !== '');
  return typeof found === 'string' ? found : null;
}
