import { Alert, Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowBackUp, IconCircleCheck, IconFileUpload } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { notifyProblem } from '@/ui/notify';
import { type Import, step } from '../data';
import { Changes } from './Changes';
import { Counts } from './Counts';
import { Faults } from './Faults';

/** What became of the rows; all of it can be taken back. */
export function Ended({ found }: { found: Import }) {
  const { t } = useTranslation('imports');
  const { number, dayAndTime } = useFormat();
  const navigate = useNavigate();
  const [asking, ask] = useDisclosure();
  const undone = found.status === 'undone';
  const did = found.created + found.updated;
  return (
    <>
      {found.problem && <Alert color="red" variant="light" mb="sm" title={t(`status.${found.status}`)}>{found.problem}</Alert>}
      {undone && found.taken_back && (
        <Alert variant="default" icon={<IconCircleCheck size={18} color="var(--tl-good)" />} mb="sm" title={t('undone')} role="status">
          {t('undone.text', { taken: number(found.taken_back.taken_back), kept: number(found.taken_back.kept) })}
        </Alert>
      )}
      <Group justify="space-between" align="start">
        <Counts counts={[
          { name: t('count.rows'), value: found.rows_read },
          { name: t('count.created'), value: found.created, tone: 'good' },
          { name: t('count.updated'), value: found.updated },
          { name: t('count.unchanged'), value: found.unchanged, minor: true },
          { name: t('count.failed'), value: found.failed, tone: 'bad' },
          { name: t('count.warnings'), value: found.warnings, tone: 'warn' },
        ]} />
        <Group gap="xs">
          {!undone && did > 0 && <Button variant="default" leftSection={<IconArrowBackUp size={15} />} onClick={ask.open}>{t('undo')}</Button>}
          <Button variant="default" leftSection={<IconFileUpload size={15} />} onClick={() => void navigate({ to: '/imports' })}>{t('another')}</Button>
        </Group>
      </Group>
      {found.finished_at && <Text size="xs" c="dimmed" mb="xs">{t('finished', { time: dayAndTime(found.finished_at) })}</Text>}
      <Faults found={found} count={found.failed + found.warnings} />
      {did > 0 && <Changes found={found} />}
      <Modal opened={asking} onClose={ask.close} title={t('undo.title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
        <Text size="sm" mb="md">{t('undo.text')}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={ask.close} data-autofocus>{t('ui:cancel')}</Button>
          <Button onClick={() => { ask.close(); void step(found.id, 'undo').catch(notifyProblem); }}>{t('undo')}</Button>
        </Group>
      </Modal>
    </>
  );
}
