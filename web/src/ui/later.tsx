import { type ComponentType, lazy, Suspense, useState } from 'react';

/**
 * A part that is read when it is first shown: dialogs and drawers that a screen can be looked at without. `prepare` reads it
 * before; then it is there at once, where React would let what it has waited for appear a third of a second later.
 */
export function later<P extends object>(read: () => Promise<ComponentType<P>>) {
  let ready: ComponentType<P> | undefined;
  const keep = async () => (ready ??= await read());
  const Part = lazy(async () => ({ default: await keep() })) as unknown as ComponentType<P>;
  function Later(props: P) {
    const [Ready] = useState(() => ready);
    return Ready ? <Ready {...props} /> : <Suspense fallback={null}><Part {...props} /></Suspense>;
  }
  return Object.assign(Later, { prepare: () => void keep().catch(() => undefined) });
}
