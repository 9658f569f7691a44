import { useMemo, useState } from 'react';

export interface Choice {
  ids: readonly string[];
  size: number;
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  /** Chooses all, or none where all are chosen. */
  all: (ids: string[]) => void;
  clear: () => void;
}

/** Which rows of a list are ticked. */
export function useChoice(): Choice {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  return useMemo(() => ({
    ids: [...chosen],
    size: chosen.size,
    has: (id) => chosen.has(id),
    toggle: (id) => setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    }),
    all: (ids) => setChosen((before) => (before.size === ids.length ? new Set() : new Set(ids))),
    clear: () => setChosen(new Set()),
  }), [chosen]);
}
