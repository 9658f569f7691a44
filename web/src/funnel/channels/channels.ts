import type { Schemas } from '@/api/client';
import type { Funnel } from '../useReport';

export interface Channel {
  bucket: string | null;
  leads: number;
  wins: number;
  rate: number | null;
  value: Schemas['Money'][];
  seconds: number | null;
  /** The stages that leads enter and are won in. */
  first: string;
  won: string;
  before?: Channel;
}

function channelOf(group: Schemas['Group']): Channel {
  const steps = group.modes[0]?.steps ?? [];
  const won = steps.findLast(({ kind }) => kind === 'won');
  return {
    bucket: group.bucket ?? null, leads: group.cohort, wins: won?.entered ?? 0, rate: won?.from_first ?? null, value: won?.value ?? [],
    seconds: won?.median_seconds ?? null, first: steps[0]?.stage_id ?? '', won: won?.stage_id ?? '',
  };
}

/** A funnel's parts as channels, those with the most leads first. */
export function channelsOf(report: Funnel): { channels: Channel[]; total: Channel } {
  const before = new Map(report.compared?.groups.map((group) => [group.bucket ?? '', channelOf(group)]));
  const channels = report.groups.map(channelOf).map((channel) => ({ ...channel, before: before.get(channel.bucket ?? '') }));
  const total = { ...channelOf(report.total), before: report.compared ? channelOf(report.compared.total) : undefined };
  return { channels: channels.sort((a, b) => b.leads - a.leads), total };
}
