import { Button, Group, Paper, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { notifyProblem } from '@/ui/notify';
import { type Import, step } from '../data';

/** How far an import is while it is tried, run or taken back. */
export function Working({ found }: { found: Import }) {
  const { t } = useTranslation('imports');
  const { number } = useFormat();
  const undoing = found.status === 'undoing';
  const share = undoing || !found.bytes ? null : Math.min(1, found.bytes_read / found.bytes);
  return (
    <Paper withBorder p="lg" maw={640}>
      <Group justify="space-between" mb="xs">
        <Text fw={600} role="status">{t(`working.${found.status}`)}</Text>
        {share !== null && <Text size="sm" c="dimmed" className="tl-num">{number(share, { style: 'percent' })}</Text>}
      </Group>
      <Progress value={share === null ? 100 : share * 100} animated striped={share === null} aria-label={t(`working.${found.status}`)} />
      <Group justify="space-between" mt="sm">
        <Text size="sm" c="dimmed" className="tl-num">{undoing ? t('working.back', { number: number(found.taken_back?.taken_back ?? 0) }) : t('working.rows', { number: number(found.rows_read) })}</Text>
        {found.status !== 'undoing' && <Button variant="default" onClick={() => void step(found.id, 'cancel').catch(notifyProblem)}>{t('stop')}</Button>}
      </Group>
    </Paper>
  );
}
