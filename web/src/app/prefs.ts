import { createStore } from './store';

export type Density = 'comfortable' | 'compact';

interface Prefs {
  density: Density;
  /** The time zone that times are shown in; empty for the browser's. */
  zone: string;
}

const KEY = 'touchline.prefs';

function read(): Prefs {
  const first: Prefs = { density: 'comfortable', zone: '' };
  try {
    return { ...first, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return first;
  }
}

/** What somebody wants in this browser. */
export const prefs = createStore<Prefs>(read());

export function setPrefs(change: Partial<Prefs>) {
  const next = { ...prefs.get(), ...change };
  localStorage.setItem(KEY, JSON.stringify(next));
  show(next);
  prefs.set(next);
}

function show({ density }: Prefs) {
  document.documentElement.dataset.density = density;
}

show(prefs.get());
