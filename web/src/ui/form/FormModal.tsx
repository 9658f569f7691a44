import { Button, Group, Modal, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemAlert } from './ProblemAlert';

interface Props {
  title: string;
  close: () => void;
  /** What `useSubmit` gives. */
  sending: { submit: (event?: FormEvent<HTMLFormElement>) => void; busy: boolean; problem: unknown };
  /** On the button; `save` where absent. */
  action?: string;
  size?: string;
  children: ReactNode;
}

/** A form over the page. A click beside it closes nothing: what was typed would be lost. */
export function FormModal({ title, close, sending, action, size, children }: Props) {
  const { t } = useTranslation('ui');
  return (
    <Modal opened onClose={close} title={title} size={size} closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={sending.submit} noValidate>
        <Stack gap="sm">
          <ProblemAlert problem={sending.problem} />
          {children}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={close}>{t('cancel')}</Button>
            <Button type="submit" loading={sending.busy}>{action ?? t('save')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
