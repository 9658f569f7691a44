import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { healthOf, type Webhook } from './webhooks';

const LOOKS = { good: ['teal', 'var(--tl-good)'], failing: ['red', 'var(--tl-bad)'], gone: ['red', 'var(--tl-bad)'], paused: ['gray', 'var(--mantine-color-text)'] } as const;

export function HealthBadge({ hook }: { hook: Webhook }) {
  const { t } = useTranslation('settings');
  const health = healthOf(hook);
  const [color, text] = LOOKS[health];
  return <Badge variant="light" color={color} c={text}>{t(`hook.${health}`)}</Badge>;
}
