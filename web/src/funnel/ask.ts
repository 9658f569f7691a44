import type { ListSearch } from '@/ui/list/useListSearch';

export const TABS = ['funnel', 'journey', 'channels', 'times', 'sales', 'forecast', 'team'] as const;
export type Tab = (typeof TABS)[number];

export const RANGES = ['30d', '90d', '6m', '12m', 'month', 'last_month', 'quarter', 'last_quarter', 'year', 'last_year', 'all'] as const;
/** Those of expected closes, which lie ahead. */
export const AHEAD = ['month', 'next_month', 'quarter', 'next_quarter', 'year', 'all'] as const;
export type Range = (typeof RANGES)[number] | (typeof AHEAD)[number];

/** What the leads of a report are narrowed by; the names are the API's. */
export const NARROWING = ['owner_id', 'team_id', 'source', 'first_touch_group', 'last_touch_group', 'campaign', 'segment_id'] as const;

export const MODES = ['reached', 'strict', 'visited'] as const;
export const WINDOWS = ['', '7d', '30d', '60d', '90d', '180d', '365d'] as const;

export type Query = Record<string, string>;

const two = (value: number) => String(value).padStart(2, '0');
const iso = (date: Date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

export interface Span {
  /** The first day. */
  from?: string;
  /** The day after the last one. */
  to?: string;
}

/** The days of a named period; both ends as the API takes them, the second one exclusive. */
export function spanOf(range: Range, now = new Date()): Span {
  const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const quarter = month - (month % 3);
  const span = (from: Date, to: Date): Span => ({ from: iso(from), to: iso(to) });
  const tomorrow = new Date(year, month, day + 1);
  switch (range) {
    case '30d': return span(new Date(year, month, day - 29), tomorrow);
    case '90d': return span(new Date(year, month, day - 89), tomorrow);
    case '6m': return span(new Date(year, month - 6, day + 1), tomorrow);
    case '12m': return span(new Date(year, month - 12, day + 1), tomorrow);
    case 'month': return span(new Date(year, month, 1), new Date(year, month + 1, 1));
    case 'next_month': return span(new Date(year, month + 1, 1), new Date(year, month + 2, 1));
    case 'last_month': return span(new Date(year, month - 1, 1), new Date(year, month, 1));
    case 'quarter': return span(new Date(year, quarter, 1), new Date(year, quarter + 3, 1));
    case 'next_quarter': return span(new Date(year, quarter + 3, 1), new Date(year, quarter + 6, 1));
    case 'last_quarter': return span(new Date(year, quarter - 3, 1), new Date(year, quarter, 1));
    case 'year': return span(new Date(year, 0, 1), new Date(year + 1, 0, 1));
    case 'last_year': return span(new Date(year - 1, 0, 1), new Date(year, 0, 1));
    default: return {};
  }
}

/** A named period, or days of one's own. */
export interface Period {
  range: Range | null;
  span: Span;
}

export interface Ask extends Period {
  tab: Tab;
  pipeline: string;
  /** When open leads are expected to close. */
  closing: Period;
  /** `all` shows the modes side by side. */
  mode: string;
  by: string;
  unit: string;
  window: string;
  compare: string;
  narrow: Query;
  /** How channels are told apart. */
  channel: string;
  /** What a journey is broken down by: its parts are of clients. */
  part: string;
  /** Those of a journey, separated by commas. */
  steps: string | undefined;
}

const within = <T extends string>(value: string | undefined, known: readonly T[], otherwise: T): T => known.find((one) => one === value) ?? otherwise;

/** A period of the address: the days that it names, else what its range means. */
function period(range: Range, from: string | undefined, to: string | undefined, now: Date): Period {
  return from || to ? { range: null, span: { ...(from ? { from } : {}), ...(to ? { to } : {}) } } : { range, span: spanOf(range, now) };
}

/** What the address asks for; what it does not say has a default. */
export function readAsk(search: ListSearch, firstPipeline: string, now = new Date()): Ask {
  return {
    tab: within(search.tab, TABS, 'funnel'),
    pipeline: search.pipeline || firstPipeline,
    ...period(within(search.range, RANGES, '12m'), search.from, search.to, now),
    closing: period(within(search.close, AHEAD, 'all'), search.close_from, search.close_to, now),
    mode: within(search.mode, [...MODES, 'all'], 'reached'),
    by: search.by ?? 'none',
    unit: within(search.unit, ['day', 'week', 'month'], 'month'),
    window: search.window ?? '',
    compare: within(search.compare, ['', 'previous', 'last_year'], ''),
    narrow: Object.fromEntries(NARROWING.flatMap((key) => (search[key] ? [[key, search[key] as string]] : []))),
    channel: within(search.channel, ['first_touch_group', 'last_touch_group', 'campaign', 'source'], 'first_touch_group'),
    part: search.part ?? 'none',
    steps: search.steps,
  };
}

export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Who and when: what all reports take. */
export function baseQuery(ask: Ask): Query {
  return { pipeline_id: ask.pipeline, tz: ZONE, ...ask.span, ...ask.narrow } as Query;
}

/** Only a period that begins has one before it. */
export function comparison({ compare, span }: Ask): Query {
  return compare && span.from ? { compare } : {};
}

function closingQuery({ compare, closing: { span: { from, to } } }: Ask): Query {
  return { ...(from ? { close_from: from } : {}), ...(to ? { close_to: to } : {}), ...(compare && from && to ? { compare } : {}) };
}

export function breakdown(by: string, unit: string): Query {
  return by === 'none' ? {} : { breakdown: by, ...(by === 'period' ? { period: unit } : {}) };
}

/** What the tab's report is asked with. */
export function reportQuery(ask: Ask): Query {
  const base = baseQuery(ask);
  const window: Query = ask.window ? { window: ask.window } : {};
  switch (ask.tab) {
    case 'funnel': return { ...base, ...comparison(ask), ...window, mode: ask.mode === 'all' ? MODES.join(',') : ask.mode, ...breakdown(ask.by, ask.unit) };
    case 'channels': return { ...base, ...comparison(ask), mode: 'reached', breakdown: ask.channel };
    case 'forecast': return { pipeline_id: ask.pipeline, tz: ZONE, ...closingQuery(ask), ...ask.narrow };
    // What people did is of no pipeline.
    case 'team': return { tz: ZONE, ...ask.span, ...comparison(ask), ...pick(ask.narrow, PEOPLE) } as Query;
    default: return { ...base, ...comparison(ask) };
  }
}

/** What the activity of people can be narrowed by: whose it was, and that about some clients. */
const PEOPLE: readonly string[] = ['owner_id', 'team_id', 'segment_id'];
/** What a journey can, which is of clients. */
export const CLIENTS: readonly string[] = ['owner_id', 'team_id', 'source', 'segment_id'];

/** What the tab's report can be narrowed by. */
export function narrowingOf(tab: Tab): readonly string[] {
  return { team: PEOPLE, journey: CLIENTS }[tab as string] ?? NARROWING;
}

export function pick(query: Query, keys: readonly string[]): Query {
  return Object.fromEntries(Object.entries(query).filter(([key]) => keys.includes(key)));
}

export const KINDS = { funnel: 'funnel', journey: 'journey', channels: 'funnel', times: 'time_in_stage', sales: 'sales', forecast: 'forecast', team: 'activity' } as const;

/** The address of a report with these parameters: what {@link reportQuery} was made from. */
export function searchOf(kind: string, parameters: Record<string, unknown>): ListSearch | null {
  // A journey's steps say more than the address can.
  const tab = kind === 'journey' ? undefined : TABS.find((name) => KINDS[name] === kind);
  if (!tab) return null;
  const text = (key: string) => (parameters[key] == null ? undefined : String(parameters[key]));
  const mode = text('mode');
  const timeless = tab === 'forecast' || text('from') || text('to');
  const search: ListSearch = {
    tab, pipeline: text('pipeline_id'), from: text('from'), to: text('to'), range: timeless ? undefined : 'all', close_from: text('close_from'), close_to: text('close_to'), mode: mode?.includes(',') ? 'all' : mode,
    by: text('breakdown'), unit: text('period'), window: text('window'), compare: text('compare'),
    ...Object.fromEntries(NARROWING.map((key) => [key, text(key)])),
  };
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value));
}
