import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { isTyping } from '@/app/useGoKeys';
import { useMay, useMe } from '@/auth/hooks';
import { notifyUndo } from '@/ui/notify';
import { CHANNEL_ICONS } from '@/ui/channels';
import { Segments } from '@/ui/Segments';
import { IconChecklist } from '@tabler/icons-react';
import classes from './Composer.module.css';
import { type Draft, emptyDraft, KINDS, type Kind, restore, store, toInteraction, toTask } from './draft';
import { orTell, refreshClient } from './useClient';
import { undoEntry } from './undoEntry';

const ICONS = { note: CHANNEL_ICONS.note, call: CHANNEL_ICONS.call, meeting: CHANNEL_ICONS.meeting, store: CHANNEL_ICONS.store, message: CHANNEL_ICONS.chat, task: IconChecklist };

interface Props {
  contactId: string;
  leads: readonly { id: string; title: string }[];
  /** The lead it is about unless another is chosen. */
  about?: string;
}

/** Writes down what happened with the client, or what is to be done. */
export function Composer({ contactId, leads, about = '' }: Props) {
  const { t } = useTranslation('client');
  const { user } = useMe();
  const [draft, setDraft] = useState<Draft>(() => ({ ...restore(contactId), ...(about ? { lead: about } : {}) }));
  const [busy, setBusy] = useState(false);
  const text = useRef<HTMLTextAreaElement>(null);
  const mayTouch = useMay('interactions:write');
  const mayTask = useMay('tasks:write');
  useEffect(() => store(contactId, draft), [contactId, draft]);
  useNoteKey(() => text.current?.focus());
  const kinds = KINDS.filter((kind) => (kind === 'task' ? mayTask : mayTouch));
  if (kinds.length === 0) return null;
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));

  async function record() {
    const entry = draft.kind === 'task'
      ? { kind: 'task' as const, id: (await take(api.POST('/api/v1/tasks', { body: toTask(draft, contactId, user.id) }))).id }
      : { kind: 'interaction' as const, id: (await take(api.POST('/api/v1/interactions', { body: toInteraction(draft, contactId) }))).id };
    setDraft({ ...emptyDraft(draft.kind), lead: about });
    refreshClient(contactId);
    notifyUndo(t(`did.${draft.kind}`), () => undoEntry(entry, contactId));
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    void orTell(record()).finally(() => setBusy(false));
  }

  return (
    <form className={classes.card} onSubmit={submit} aria-label={t('compose')}
      onKeyDown={(event) => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit(); }}>
      <Segments className={classes.kinds} label={t('compose')} value={draft.kind} change={(kind) => change({ kind })}
        data={kinds.map((kind) => ({ value: kind, label: <KindLabel kind={kind} text={t(`kind.${kind}`)} /> }))} />
      <textarea ref={text} rows={draft.body || draft.kind === 'note' ? 2 : 1} className={classes.text} placeholder={t(`write.${draft.kind}`)} aria-label={t(`write.${draft.kind}`)}
        value={draft.body} onChange={(event) => change({ body: event.currentTarget.value })} required={draft.kind !== 'call'} />
      <div className={classes.foot}>
        <Details draft={draft} change={change} />
        {leads.length > 0 && (
          <NativeSelect size="xs" aria-label={t('about.lead')} value={draft.lead} onChange={(event) => change({ lead: event.currentTarget.value })} className={classes.lead}
            data={[{ value: '', label: t('about.none') }, ...leads.map(({ id, title }) => ({ value: id, label: title }))]} />
        )}
        <Button type="submit" ml="auto" loading={busy} disabled={draft.kind !== 'call' && !draft.body.trim()}>{t(`do.${draft.kind}`)}</Button>
      </div>
    </form>
  );
}

function KindLabel({ kind, text }: { kind: Kind; text: string }) {
  const Mark = ICONS[kind];
  return <span className={classes.kind}><Mark size={15} stroke={1.7} aria-hidden /><span>{text}</span></span>;
}

function Details({ draft, change }: { draft: Draft; change: (changes: Partial<Draft>) => void }) {
  const { t } = useTranslation('client');
  if (draft.kind === 'task') {
    return <TextInput size="xs" type="datetime-local" aria-label={t('due')} value={draft.due} onChange={(event) => change({ due: event.currentTarget.value })} />;
  }
  return (
    <>
      {draft.kind === 'message' && (
        <NativeSelect size="xs" aria-label={t('channel')} value={draft.channel} onChange={(event) => change({ channel: event.currentTarget.value as Draft['channel'] })}
          data={(['email', 'sms', 'chat', 'social', 'mail'] as const).map((value) => ({ value, label: t(`ui:channel.${value}`) }))} />
      )}
      {(draft.kind === 'message' || draft.kind === 'call') && (
        <NativeSelect size="xs" aria-label={t('direction')} value={draft.direction} onChange={(event) => change({ direction: event.currentTarget.value as Draft['direction'] })}
          data={(['outbound', 'inbound'] as const).map((value) => ({ value, label: t(`ui:direction.${value}`) }))} />
      )}
      {(draft.kind === 'call' || draft.kind === 'meeting') && (
        <TextInput size="xs" w={110} type="number" min={0} max={1440} placeholder={t('minutes.long')} aria-label={t('minutes.long')} value={draft.minutes}
          rightSection={draft.minutes === '' ? null : t('minutes')} onChange={({ currentTarget: { value } }) => change({ minutes: value === '' ? '' : Number(value) })} />
      )}
      {draft.kind !== 'note' && (
        <TextInput size="xs" type="datetime-local" aria-label={t('happened')} title={t('happened')} value={draft.at} onChange={(event) => change({ at: event.currentTarget.value })} />
      )}
    </>
  );
}

function useNoteKey(begin: () => void) {
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      if (event.key !== 'n' || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      begin();
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });
}
