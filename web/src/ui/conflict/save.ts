import { isProblem } from '@/api/problem';
import { createStore } from '@/app/store';
import { type Clash, clashes, keepMine } from './merge';

export interface Asked {
  clashes: Clash[];
  /** What a field is called, and how its value reads. */
  label: (key: string) => string;
  show: (key: string, value: unknown) => string;
  /** The fields whose saved value shall stay, or `null` to drop the change. */
  answer: (theirs: ReadonlySet<string> | null) => void;
}

export const asking = createStore<Asked | null>(null);

interface Versioned {
  version: number;
}

interface Change<T extends Versioned> {
  /** The record as it was shown when the change was begun. */
  base: T;
  changes: Partial<T>;
  /** Reads the record as it is now. */
  latest: () => Promise<T>;
  save: (changes: Partial<T>, version: number) => Promise<T>;
  label: Asked['label'];
  show: Asked['show'];
}

export type Outcome<T> = { kind: 'saved' | 'merged' | 'dropped'; record: T };

const MOST_TRIES = 5;

/**
 * Saves changes of a record that others may change, too. Where they changed other fields, both changes stay; where they
 * changed the same, a dialog shows both values and asks.
 */
export async function saveTogether<T extends Versioned>(change: Change<T>): Promise<Outcome<T>> {
  let { base, changes } = change;
  let kind: 'saved' | 'merged' = 'saved';
  for (let tries = 1; ; tries += 1) {
    try {
      return { kind, record: await change.save(changes, base.version) };
    } catch (error) {
      if (!isProblem(error, 412) || tries === MOST_TRIES) throw error;
    }
    const latest = await change.latest();
    const found = clashes(base as never, changes as never, latest as never);
    const theirs = found.length === 0 ? new Set<string>() : await ask(found, change);
    if (theirs === null) return { kind: 'dropped', record: latest };
    changes = keepMine(changes as never, theirs) as Partial<T>;
    if (Object.keys(changes).length === 0) return { kind: 'dropped', record: latest };
    base = latest;
    kind = 'merged';
  }
}

function ask(found: Clash[], { label, show }: Pick<Asked, 'label' | 'show'>): Promise<ReadonlySet<string> | null> {
  return new Promise((resolve) => {
    asking.set({
      clashes: found,
      label,
      show,
      answer(theirs) {
        asking.set(null);
        resolve(theirs);
      },
    });
  });
}
