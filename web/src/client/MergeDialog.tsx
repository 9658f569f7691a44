import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { Initials } from '@/ui/Initials';
import { notifyUndo } from '@/ui/notify';
import { type Contact, orTell, refreshClient } from './useClient';

/** Joins another record of the same person into this one. Nothing is lost, and it can be taken back at any time. */
export function MergeDialog({ contact, close }: { contact: Contact; close: () => void }) {
  const { t } = useTranslation('client');
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 150);
  const { data } = useQuery({
    queryKey: ['search', 'merge', q], enabled: q.length >= 2, placeholderData: (before) => before,
    queryFn: () => take(api.GET('/api/v1/contacts', { params: { query: { q, limit: 8 } } })),
  });
  const others = q.length >= 2 ? data?.items.filter(({ id }) => id !== contact.id) ?? [] : [];

  async function merge(other: Contact) {
    const { merges } = await take(api.POST('/api/v1/contacts/{id}/merge', { params: { path: { id: contact.id } }, body: { contact_ids: [other.id] } }));
    refreshClient(contact.id);
    close();
    notifyUndo(t('merge.done', { name: other.display_name }), async () => {
      for (const { id } of merges) await take(api.POST('/api/v1/merges/{id}/undo', { params: { path: { id } } }));
      refreshClient(contact.id);
    });
  }

  return (
    <Modal opened onClose={close} title={t('merge')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">{t('merge.text', { name: contact.display_name })}</Text>
        <TextInput label={t('merge.other')} value={text} data-autofocus onChange={(event) => setText(event.currentTarget.value)} />
        {others.map((other) => (
          <Group key={other.id} wrap="nowrap" gap="sm">
            <Initials name={other.display_name} size={28} />
            <div style={{ flex: 1, minWidth: 0 }}>
              <Text size="sm" className="tl-cut">{other.display_name}</Text>
              <Text size="xs" c="dimmed" className="tl-cut">{[other.emails[0]?.address, other.phones[0]?.number].filter(Boolean).join(' · ')}</Text>
            </div>
            <Button variant="default" onClick={() => void orTell(merge(other))}>{t('merge.do')}</Button>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
