import { createStore } from './store';

/** Whether all keys are shown. */
export const keyHelp = createStore(false);
export const openKeyHelp = () => keyHelp.set(true);
