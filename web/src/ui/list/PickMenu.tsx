import { Button, Menu, ScrollArea } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  label: string;
  icon: ReactNode;
  options: { value: string; label: string }[];
  pick: (value: string) => void;
}

export function PickMenu({ label, icon, options, pick }: Props) {
  return (
    <Menu position="top" width={220}>
      <Menu.Target><Button variant="default" leftSection={icon}>{label}</Button></Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={320}>
          {options.map(({ value, label: text }) => <Menu.Item key={value} onClick={() => pick(value)}>{text}</Menu.Item>)}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
