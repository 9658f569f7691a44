import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from './ErrorState';
import { useMore } from './list/useMore';
import type { RowPage } from './list/useRows';
import { notifyDone, notifyProblem } from './notify';
import { When } from './When';

interface Gone {
  id: string;
  name: string;
  /** Since when it lies there. */
  updated_at: string;
}

interface Props {
  title: string;
  /** Under which answers are kept. */
  queryKey: readonly string[];
  read: (cursor: string | undefined) => Promise<RowPage<Gone>>;
  restore: (id: string) => Promise<unknown>;
  close: () => void;
}

/** What was deleted, and the way back for each. */
export function BinDialog({ title, queryKey, read, restore, close }: Props) {
  const { t } = useTranslation('ui');
  const { rows, error, isPending, hasNextPage, fetchNextPage, refetch } = useMore([...queryKey, 'bin'], read);
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      {error && <ErrorState error={error} reset={() => void refetch()} />}
      {!error && !isPending && rows.length === 0 && <Text size="sm" c="dimmed">{t('bin.none')}</Text>}
      <Stack gap="xs" role="list">
        {rows.map((gone) => <Line key={gone.id} gone={gone} restore={async () => { await restore(gone.id); await refetch(); }} />)}
      </Stack>
      {hasNextPage && <Button variant="subtle" mt="xs" onClick={() => void fetchNextPage()}>{t('more')}</Button>}
    </Modal>
  );
}

function Line({ gone: { name, updated_at }, restore }: { gone: Gone; restore: () => Promise<unknown> }) {
  const { t } = useTranslation('ui');
  const [busy, setBusy] = useState(false);
  const putBack = () => {
    setBusy(true);
    void restore().then(() => notifyDone(t('bin.done', { name })), notifyProblem).finally(() => setBusy(false));
  };
  return (
    <Group role="listitem" gap="sm" wrap="nowrap">
      <Text size="sm" flex={1} miw={0} className="tl-cut" dir="auto">{name}</Text>
      <Text size="xs" c="dimmed"><When at={updated_at} /></Text>
      <Button variant="light" size="compact-sm" loading={busy} aria-label={t('bin.restore.one', { name })} onClick={putBack}>{t('bin.restore')}</Button>
    </Group>
  );
}
