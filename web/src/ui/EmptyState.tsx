import { Center, Group, Stack, Text, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

interface Props {
  icon: Icon;
  title: string;
  text?: string;
  children?: ReactNode;
}

/** Says what would stand here and how it comes to be here. */
export function EmptyState({ icon: Mark, title, text, children }: Props) {
  return (
    <Center mih={260} p="xl">
      <Stack align="center" gap="xs" maw={440} ta="center">
        <Mark size={32} stroke={1.3} color="var(--mantine-color-dimmed)" aria-hidden />
        <Title order={2}>{title}</Title>
        {text && <Text size="sm" c="dimmed">{text}</Text>}
        {children && <Group gap="xs" mt="xs" justify="center">{children}</Group>}
      </Stack>
    </Center>
  );
}
