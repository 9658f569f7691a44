import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import i18n from 'i18next';
import { problemText } from './problemText';

const UNDO_MS = 9000;

export function notifyDone(message: string) {
  notifications.show({ message, color: 'teal', autoClose: 3500, closeButtonProps: { 'aria-label': i18n.t('ui:close') } });
}

export function notifyProblem(error: unknown) {
  notifications.show({
    title: i18n.t('ui:failed'), message: problemText(error), color: 'red', autoClose: 8000, closeButtonProps: { 'aria-label': i18n.t('ui:close') },
  });
}

/** Says that something did not work out, though the server did what it was asked to. */
export function notifyFault(message: string) {
  notifications.show({ message, color: 'red', autoClose: 8000, closeButtonProps: { 'aria-label': i18n.t('ui:close') } });
}

/** Says what was done and offers to take it back. */
export function notifyUndo(message: string, undo: () => Promise<unknown>) {
  const id = notifications.show({
    color: 'iris',
    autoClose: UNDO_MS,
    closeButtonProps: { 'aria-label': i18n.t('ui:close') },
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{message}</Text>
        <Button size="compact-xs" variant="light" onClick={() => void takeBack()}>{i18n.t('ui:undo')}</Button>
      </Group>
    ),
  });
  async function takeBack() {
    notifications.hide(id);
    await undo().then(() => notifyDone(i18n.t('ui:undone')), notifyProblem);
  }
}
