import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { lastDay } from './months';

/** Tells up to when the line is shown where somebody jumped, and leads back to now. */
export function Jumped({ to, back }: { to: string | null; back: () => void }) {
  const { t } = useTranslation('client');
  const { day } = useFormat();
  if (!to) return null;
  return <Group gap="xs" mb="sm"><Text size="xs" c="dimmed">{t('jumped', { day: day(lastDay(to)) })}</Text><Button size="compact-xs" variant="light" onClick={back}>{t('jump.back')}</Button></Group>;
}
