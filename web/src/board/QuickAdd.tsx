import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useMe } from '@/auth/hooks';
import { type Chosen, ContactPicker } from '@/leads/ContactPicker';
import { createLead, draftErrors, type LeadDraft, removeLead } from '@/leads/create';
import { useUsualCurrency } from '@/leads/currency';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { later } from '@/ui/later';
import classes from './Board.module.css';

const NewLead = later(async () => (await import('@/leads/NewLead')).NewLead);

interface Props {
  stage: Schemas['Stage'];
  close: () => void;
  open: (id: string) => void;
}

/** A new lead in three fields, right where it begins. */
export function QuickAdd({ stage, close, open }: Props) {
  const { t } = useTranslation('board');
  const { user } = useMe();
  const [client, setClient] = useState<Chosen | null>(null);
  const [title, setTitle] = useState('');
  const [amount, setAmount] = useState('');
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [whole, { open: showAll, close: hideAll }] = useDisclosure();
  const draft: LeadDraft = {
    client, title, amount, email: '', phone: '', pipeline: stage.pipeline_id, stage: stage.id, currency: useUsualCurrency(), owner: user.id, close: '', source: '',
  };

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!client) return setFaults({ client: t('leads:client.needed') });
    setBusy(true);
    createLead(draft).then((lead) => {
      close();
      notifyUndo(t('leads:created', { title: lead.title }), () => removeLead(lead));
    }, (error: unknown) => {
      const found = draftErrors(error);
      setFaults(found);
      if (Object.keys(found).length === 0) notifyProblem(error);
    }).finally(() => setBusy(false));
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) close();
  };

  if (whole) return <NewLead begin={draft} close={() => { hideAll(); close(); }} done={(lead) => open(lead.id)} />;
  return (
    <form className={classes.quick} onSubmit={submit} onKeyDown={pressed} aria-label={t('add.to', { stage: stage.name })}>
      <Stack gap={6}>
        <ContactPicker compact value={client} change={setClient} error={faults.client ?? faults.email} focus />
        <TextInput size="xs" aria-label={t('leads:about')} placeholder={t('leads:about')} value={title} error={faults.title} onChange={(event) => setTitle(event.currentTarget.value)} />
        <TextInput size="xs" aria-label={t('leads:amount')} placeholder={`${t('leads:amount')}, ${draft.currency}`} inputMode="decimal" value={amount} error={faults.amount} onChange={(event) => setAmount(event.currentTarget.value)} />
        <Group gap={6}>
          <Button type="submit" loading={busy} flex={1}>{t('ui:add')}</Button>
          <Button variant="default" onClick={showAll}>{t('add.more')}</Button>
        </Group>
      </Stack>
    </form>
  );
}
