import { CloseButton, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Choice } from '@/ui/table/useChoice';
import classes from './BulkBar.module.css';

/** What can be done with the chosen rows; shown while there are any. */
export function BulkBar({ choice, children }: { choice: Choice; children: ReactNode }) {
  const { t } = useTranslation('ui');
  if (choice.size === 0) return null;
  return (
    <Group className={classes.bar} role="region" aria-label={t('chosen', { count: choice.size })} gap="xs">
      <Text size="sm" fw={600}>{t('chosen', { count: choice.size })}</Text>
      {children}
      <CloseButton size="sm" aria-label={t('clear')} onClick={choice.clear} />
    </Group>
  );
}
