import { ActionIcon, Button, Group, Popover, ScrollArea, Textarea } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconMessageReply, IconPhonePlus, type Icon } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { type Draft, emptyDraft, toInteraction } from '@/client/draft';
import { undoEntry } from '@/client/undoEntry';
import { notifyProblem, notifyUndo } from '@/ui/notify';

interface Props {
  contactId: string;
  name: string;
}

/** Writes a call down without leaving the list. */
export function LogCall(props: Props) {
  return <LogTouch {...props} what="call" icon={IconPhonePlus} draft={emptyDraft('call')} />;
}

/** How one answers: by the way the client took, where one can be written to. */
const WAYS: readonly Schemas['Channel'][] = ['email', 'chat', 'sms', 'social', 'mail'];

/** Shows what the client wrote, and writes the answer down. */
export function LogAnswer({ reply, ...props }: Props & { reply: Schemas['AwaitingReply'] }) {
  const { channel, subject, body } = reply.interaction ?? {};
  const draft: Draft = { ...emptyDraft('message'), channel: channel && WAYS.includes(channel) ? channel : 'email' };
  const words = [subject, body].filter(Boolean).join('\n\n');
  return (
    <LogTouch {...props} what="answer" icon={IconMessageReply} draft={draft}>
      {words && <ScrollArea.Autosize mah={180} mb="sm"><div className="tl-text" dir="auto" style={{ fontSize: 13 }}>{words}</div></ScrollArea.Autosize>}
    </LogTouch>
  );
}

interface TouchProps extends Props {
  what: 'call' | 'answer';
  icon: Icon;
  draft: Draft;
  children?: ReactNode;
}

function LogTouch({ contactId, name, what, icon: Mark, draft, children }: TouchProps) {
  const { t } = useTranslation('today');
  const [opened, { toggle, close }] = useDisclosure();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const again = () => queryClient.invalidateQueries({ queryKey: ['today'] });
  async function log() {
    const { id } = await take(api.POST('/api/v1/interactions', { body: toInteraction({ ...draft, body: text }, contactId) }));
    setText('');
    close();
    void again();
    notifyUndo(t(`${what}.done`, { name }), () => undoEntry({ kind: 'interaction', id }, contactId).then(again));
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    void log().catch(notifyProblem).finally(() => setBusy(false));
  }
  return (
    <Popover opened={opened} onChange={close} position="bottom-end" trapFocus returnFocus width={320}>
      <Popover.Target><ActionIcon aria-label={t(`${what}.of`, { name })} title={t(what)} onClick={toggle}><Mark size={17} /></ActionIcon></Popover.Target>
      <Popover.Dropdown>
        {children}
        <form onSubmit={submit}>
          <Textarea label={t(`${what}.about`, { name })} value={text} autosize minRows={2} data-autofocus onChange={(event) => setText(event.currentTarget.value)} />
          <Group justify="flex-end" mt="xs"><Button type="submit" loading={busy}>{t(what)}</Button></Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
