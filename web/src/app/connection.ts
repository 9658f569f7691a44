import { createStore } from './store';

/** Whether the server answers; while it does not, we ask again, less and less often. */
export const state = createStore<{ down: boolean; retryAt: number | null }>({ down: false, retryAt: null });

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
let wait = FIRST_MS;
let timer: ReturnType<typeof setTimeout> | undefined;
const onBack = new Set<() => void>();

function answered() {
  if (!state.get().down) return;
  clearTimeout(timer);
  wait = FIRST_MS;
  state.set({ down: false, retryAt: null });
  for (const listener of onBack) listener();
}

function failed() {
  if (state.get().down) return;
  wait = FIRST_MS;
  plan();
}

function plan() {
  state.set({ down: true, retryAt: Date.now() + wait });
  timer = setTimeout(() => void probe(), wait);
  wait = Math.min(wait * 2, LONGEST_MS);
}

async function probe() {
  clearTimeout(timer);
  try {
    const answer = await fetch('/health/live', { cache: 'no-store' });
    if (answer.ok) answered();
    else plan();
  } catch {
    plan();
  }
}

export const connection = {
  answered,
  failed,
  /** Asks at once. */
  probe,
  /** Calls `listener` each time the server is back. */
  back(listener: () => void): () => void {
    onBack.add(listener);
    return () => onBack.delete(listener);
  },
};
