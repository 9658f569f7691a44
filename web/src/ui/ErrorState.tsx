import { Button, Center, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { problemText } from './problemText';

interface Props {
  error: unknown;
  /** Tries again. */
  reset?: () => void;
}

/** In the place of what could not be shown. */
export function ErrorState({ error, reset }: Props) {
  const { t } = useTranslation('app');
  return (
    <Center mih={240} p="xl" role="alert">
      <Stack align="center" gap="xs" maw={420} ta="center">
        <IconAlertTriangle size={28} stroke={1.5} color="var(--tl-warn)" aria-hidden />
        <Title order={2}>{t('error.title')}</Title>
        <Text size="sm" c="dimmed">{problemText(error)}</Text>
        {error instanceof Problem && error.requestId && error.status >= 500 && (
          <Text size="xs" c="dimmed">{t('error.request', { id: error.requestId })}</Text>
        )}
        {reset && <Button variant="default" mt="sm" onClick={reset}>{t('error.retry')}</Button>}
      </Stack>
    </Center>
  );
}
