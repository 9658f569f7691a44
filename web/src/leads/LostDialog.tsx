import { Button, Group, Modal, NativeSelect, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLostReasons } from '@/app/lookups';

interface Reason {
  lost_reason_id: string | null;
  reason: string | null;
}

/** Asks why a lead was lost. */
export function LostDialog({ close, lose }: { close: () => void; lose: (reason: Reason) => Promise<unknown> }) {
  const { t } = useTranslation('leads');
  const reasons = useLostReasons().filter(({ archived_at }) => !archived_at);
  const [id, setId] = useState('');
  const [text, setText] = useState('');
  return (
    <Modal opened onClose={close} title={t('lost.title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <Stack gap="md">
        <NativeSelect label={t('lost.reason')} value={id} data-autofocus onChange={(event) => setId(event.currentTarget.value)}
          data={[{ value: '', label: t('lost.unsaid') }, ...reasons.map(({ id, name }) => ({ value: id, label: name }))]} />
        <Textarea label={t('lost.text')} value={text} autosize minRows={2} onChange={(event) => setText(event.currentTarget.value)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t('ui:cancel')}</Button>
          <Button color="red.9" onClick={() => void lose({ lost_reason_id: id || null, reason: text.trim() || null }).then(close)}>{t('lost.do')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
