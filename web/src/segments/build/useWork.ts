import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Segment } from '../data';
import { type Draft, type Piece, toDraft, toRule } from '../rule/model';

/** A segment as it is being made or changed. */
export interface Work {
  name: string;
  description: string;
  draft: Draft;
}

const keyOf = (id: string | null) => `touchline.segment.${id ?? 'new'}`;

function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function start(segment: Segment | null, first: Piece | null): Work {
  return { name: segment?.name ?? '', description: segment?.description ?? '', draft: toDraft(segment?.rule ?? first, zoneHere()) };
}

function kept(id: string | null): Work | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(id)) ?? 'null') as Work | null;
  } catch {
    return null;
  }
}

/** What somebody builds stays through a reload until it is saved or dropped. */
export function useWork(segment: Segment | null, first: Piece | null) {
  const id = segment?.id ?? null;
  const begun = useMemo(() => start(segment, first), [segment, first]);
  const [restored] = useState(() => (first ? null : kept(id)));
  const [work, setWork] = useState(restored ?? begun);
  const changed = JSON.stringify(work) !== JSON.stringify(begun);
  useEffect(() => {
    if (changed) sessionStorage.setItem(keyOf(id), JSON.stringify(work));
    else sessionStorage.removeItem(keyOf(id));
  }, [work, changed, id]);
  const forget = useCallback(() => sessionStorage.removeItem(keyOf(id)), [id]);
  return {
    work, changed, forget,
    restored: restored !== null && changed,
    reset: () => setWork(begun),
    set: (part: Partial<Work>) => setWork((before) => ({ ...before, ...part })),
  };
}

export function changesOf(work: Work, segment: Segment): Partial<Segment> {
  const description = work.description.trim() || null;
  const rule = toRule(work.draft);
  return {
    ...(work.name.trim() !== segment.name ? { name: work.name.trim() } : {}),
    ...(description !== (segment.description ?? null) ? { description } : {}),
    ...(JSON.stringify(rule) !== JSON.stringify(segment.rule) ? { rule } : {}),
  };
}
