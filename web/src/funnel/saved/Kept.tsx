import { Alert, Button } from '@mantine/core';
import { IconCamera } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';

/** Says that the numbers are of another day. */
export function Kept({ at, leave }: { at: string | undefined; leave: () => void }) {
  const { t } = useTranslation('funnel');
  const { dayAndTime } = useFormat();
  return (
    <Alert variant="light" color="iris" icon={<IconCamera size={16} />} mb="sm" p="xs" c="var(--mantine-color-text)">
      {t('kept', { time: at ? dayAndTime(at) : '' })} <Button size="compact-xs" variant="light" ml="xs" onClick={leave}>{t('kept.leave')}</Button>
    </Alert>
  );
}
