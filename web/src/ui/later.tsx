import { type ComponentType, lazy, Suspense } from 'react';

/** A part that is read when it is first shown: dialogs and drawers that a screen can be looked at without. */
export function later<P extends object>(read: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Part = lazy(async () => ({ default: await read() })) as unknown as ComponentType<P>;
  return function Later(props: P) {
    return <Suspense fallback={null}><Part {...props} /></Suspense>;
  };
}
