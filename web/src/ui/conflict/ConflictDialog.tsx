import { Button, Group, Modal, Radio, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Asked } from './save';

/** Both versions of what two people saved; shown once in the shell, for all screens. */
export function ConflictDialog({ clashes, label, show, answer }: Asked) {
  const { t } = useTranslation('ui');
  const [theirs, setTheirs] = useState<ReadonlySet<string>>(new Set());
  function choose(key: string, takeTheirs: boolean) {
    const next = new Set(theirs);
    if (takeTheirs) next.add(key);
    else next.delete(key);
    setTheirs(next);
  }
  return (
    <Modal opened onClose={() => answer(null)} title={t('conflict.title')} size="lg" zIndex={800} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">{t('conflict.text')}</Text>
        <Table verticalSpacing="xs" styles={{ td: { verticalAlign: 'top' }, th: { verticalAlign: 'top' } }}>
          <Table.Thead>
            <Table.Tr><Table.Th>{t('conflict.field')}</Table.Th><Table.Th>{t('conflict.mine')}</Table.Th><Table.Th>{t('conflict.theirs')}</Table.Th></Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {clashes.map(({ key, mine, theirs: saved }) => (
              <Table.Tr key={key}>
                <Table.Th scope="row" fw={500}>{label(key)}</Table.Th>
                <Table.Td><Radio name={key} label={show(key, mine) || t('empty.value')} checked={!theirs.has(key)} onChange={() => choose(key, false)} /></Table.Td>
                <Table.Td><Radio name={key} label={show(key, saved) || t('empty.value')} checked={theirs.has(key)} onChange={() => choose(key, true)} /></Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => answer(null)}>{t('conflict.drop')}</Button>
          <Button onClick={() => answer(theirs)}>{t('conflict.save')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
