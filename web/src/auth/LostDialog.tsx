import { Button, Modal, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useStore } from '@/app/useStore';
import { LoginForm } from './LoginForm';
import { logOut, session } from './session';

/** Over the page, which stays as it is: what was typed is still there afterwards. */
export function LostDialog() {
  const { t } = useTranslation('auth');
  const email = useStore(session).me?.user.email;
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title={t('lost.title')} zIndex={900} size="sm">
      <Stack gap="md">
        <Text size="sm" c="dimmed">{t('lost.text')}</Text>
        <LoginForm email={email} />
        <Button variant="subtle" color="gray" onClick={() => void logOut()}>{t('lost.other')}</Button>
      </Stack>
    </Modal>
  );
}
