import { Button, Group, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { connection, state } from './connection';
import { useStore } from './useStore';
import classes from './DownBanner.module.css';

export function DownBanner() {
  const { t } = useTranslation('app');
  const { down } = useStore(state);
  if (!down) return null;
  return (
    <Group className={classes.banner} role="alert" gap="sm" wrap="nowrap">
      <IconPlugConnectedX size={18} aria-hidden />
      <Text size="sm" component="span"><b>{t('down.title')}</b> {t('down.text')}</Text>
      <Button size="compact-xs" variant="white" color="dark" onClick={() => void connection.probe()}>{t('down.retry')}</Button>
    </Group>
  );
}
