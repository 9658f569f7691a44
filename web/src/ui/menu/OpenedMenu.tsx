import { Menu, type MenuProps } from '@mantine/core';
import { cloneElement, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';

interface Props {
  options: MenuProps;
  target: ReactElement;
  children: ReactNode;
}

/** A menu that was asked for before it could be read. */
export function OpenedMenu({ options, target, children }: Props) {
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The button takes the place of the one that was pressed; the menu gives the focus back to it.
    button.current?.focus();
    setOpened(true);
  }, []);
  return (
    <Menu {...options} opened={opened} onChange={setOpened}>
      <Menu.Target>{cloneElement(target as ReactElement<object>, { ref: button } as object)}</Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  );
}
