import { createStore } from './store';

/** How often somebody asked for the search; it is read when it is wanted first. */
export const searching = createStore({ asked: 0 });

export function openSearch() {
  searching.set({ asked: searching.get().asked + 1 });
}
