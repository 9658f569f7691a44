import { Box, Center, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { LanguageSelect } from '@/app/LanguageSelect';
import { Logo } from '@/ui/Logo';

/** What stands before the front end: log-in and set-up. */
export function Cover({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Center mih="100vh" p="md" component="main">
      <Box w="100%" maw={380}>
        <Paper p={28} className="tl-card" radius="lg">
          <Stack gap="lg">
            <Group gap="sm"><Logo /><Text fw={600}>Touchline</Text></Group>
            <div>
              <Title order={1}>{title}</Title>
              <Text c="dimmed" size="sm" mt={4}>{text}</Text>
            </div>
            {children}
          </Stack>
        </Paper>
        <Group justify="center" mt="md"><LanguageSelect /></Group>
      </Box>
    </Center>
  );
}
