import { Group, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';

interface Props {
  title: string;
  /** Stands small beside the title, such as a count. */
  note?: ReactNode;
  children?: ReactNode;
}

/** The head of a page: its name, and what can be done on it. Also names the browser's tab. */
export function PageHeader({ title, note, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Touchline`;
  }, [title]);
  return (
    <Group justify="space-between" wrap="wrap" gap="sm" mb="md">
      <Group gap="sm" align="baseline" miw={0}>
        <Title order={1} dir="auto" style={{ overflowWrap: 'anywhere' }}>{title}</Title>
        {note != null && <Text size="sm" c="dimmed" component="span" className="tl-num">{note}</Text>}
      </Group>
      <Group gap="xs">{children}</Group>
    </Group>
  );
}
