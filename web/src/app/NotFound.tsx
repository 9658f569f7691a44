import { Button, Center, Stack, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

export function NotFound() {
  const { t } = useTranslation('app');
  return (
    <Center mih="60vh" p="xl">
      <Stack align="center">
        <Title order={1}>{t('notfound.title')}</Title>
        <Button component={Link} to="/" variant="default">{t('notfound.home')}</Button>
      </Stack>
    </Center>
  );
}
