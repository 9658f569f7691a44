import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { notifyProblem } from './notify';

interface Props {
  title: string;
  text: ReactNode;
  /** What is done, on the button. */
  action: string;
  run: () => Promise<unknown>;
  close: () => void;
  color?: string;
}

/** Asks before what cannot be taken back. What can be is done at once, with {@link notifyUndo}. */
export function Confirm({ title, text, action, run, close, color = 'red.9' }: Props) {
  const { t } = useTranslation('ui');
  const [busy, setBusy] = useState(false);
  function go() {
    setBusy(true);
    run().then(close, (error: unknown) => { notifyProblem(error); setBusy(false); });
  }
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="md">
        <Text size="sm">{text}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>{t('cancel')}</Button>
          <Button color={color} loading={busy} onClick={go}>{action}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
