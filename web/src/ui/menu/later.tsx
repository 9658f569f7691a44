import type { MenuProps } from '@mantine/core';
import { cloneElement, type ComponentType, type ReactElement, useEffect, useState } from 'react';
import { notifyProblem } from '@/ui/notify';
import { atRest } from '@/ui/rest';

/**
 * A menu of which a screen needs the button only: it is read when the page is at rest, or when somebody is about to open it.
 * What is in it is a component of a file of its own.
 */
export function menuLater<P extends object>(read: () => Promise<ComponentType<P>>, options: MenuProps) {
  type Parts = Awaited<ReturnType<typeof begin>>;
  const begin = () => Promise.all([import('./OpenedMenu').then(({ OpenedMenu }) => OpenedMenu), read()]);
  let reading: Promise<Parts> | undefined;
  const parts = () => (reading ??= begin().catch((error: unknown) => {
    reading = undefined;
    throw error;
  }));
  const prepare = () => void parts().catch(() => undefined);

  return function MenuLater({ target, ...rest }: P & { target: ReactElement<object> }) {
    const [opened, setOpened] = useState<Parts | null>(null);
    useEffect(() => atRest(prepare), []);
    const open = () => void parts().then(setOpened, notifyProblem);
    if (!opened) return cloneElement(target, { 'aria-haspopup': 'menu', 'aria-expanded': false, onPointerEnter: prepare, onFocus: prepare, onClick: open } as object);
    const [Opened, Items] = opened;
    return <Opened options={options} target={target}><Items {...(rest as unknown as P)} /></Opened>;
  };
}
