import { Button, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Cover } from './Cover';
import { LoginForm } from './LoginForm';

function useSetupNeeded(): boolean {
  const [needed, setNeeded] = useState(false);
  useEffect(() => {
    fetch('/api/v1/setup')
      .then((answer) => answer.json())
      .then((state: { needed: boolean }) => setNeeded(state.needed))
      .catch(() => undefined);
  }, []);
  return needed;
}

export function LoginPage() {
  const { t } = useTranslation(['auth', 'setup']);
  const needed = useSetupNeeded();
  if (needed) {
    return (
      <Cover title={t('setup:needed.title')} text={t('setup:needed.text')}>
        <Button component="a" href="/setup" size="sm">{t('setup:needed.go')}</Button>
      </Cover>
    );
  }
  return (
    <Cover title={t('title')} text={t('tagline')}>
      <LoginForm />
      <Text size="xs" c="dimmed">{t('forgot')}</Text>
    </Cover>
  );
}
