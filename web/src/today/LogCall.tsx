import { ActionIcon, Button, Group, Popover, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPhonePlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { queryClient } from '@/app/query';
import { emptyDraft, toInteraction } from '@/client/draft';
import { undoEntry } from '@/client/undoEntry';
import { notifyProblem, notifyUndo } from '@/ui/notify';

/** Writes a call down without leaving the list. */
export function LogCall({ contactId, name }: { contactId: string; name: string }) {
  const { t } = useTranslation('today');
  const [opened, { toggle, close }] = useDisclosure();
  const [text, setText] = useState('');
  async function log() {
    const { id } = await take(api.POST('/api/v1/interactions', { body: toInteraction({ ...emptyDraft('call'), body: text }, contactId) }));
    setText('');
    close();
    void queryClient.invalidateQueries({ queryKey: ['today'] });
    notifyUndo(t('called', { name }), () => undoEntry({ kind: 'interaction', id }, contactId));
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    void log().catch(notifyProblem);
  }
  return (
    <Popover opened={opened} onChange={close} position="bottom-end" trapFocus width={300}>
      <Popover.Target><ActionIcon aria-label={t('call.of', { name })} title={t('call')} onClick={toggle}><IconPhonePlus size={17} /></ActionIcon></Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <Textarea label={t('call.about', { name })} value={text} autosize minRows={2} data-autofocus onChange={(event) => setText(event.currentTarget.value)} />
          <Group justify="flex-end" mt="xs"><Button type="submit">{t('call')}</Button></Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
