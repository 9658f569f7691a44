import { Alert, Button, Group, Modal, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { usePipelines, useUsers } from '@/app/lookups';
import { useMe } from '@/auth/hooks';
import { notifyUndo } from '@/ui/notify';
import { problemText } from '@/ui/problemText';
import { ContactPicker } from './ContactPicker';
import { createLead, draftErrors, type LeadDraft, removeLead } from './create';
import { CURRENCIES, useUsualCurrency } from './currency';

interface Props {
  close: () => void;
  /** What is known of it already. */
  begin?: Partial<LeadDraft>;
  done: (lead: Schemas['Lead']) => void;
}

export function NewLead({ close, begin, done }: Props) {
  const { t } = useTranslation('leads');
  const { user } = useMe();
  const users = useUsers();
  const { list } = usePipelines();
  const first = list.find(({ archived_at }) => !archived_at);
  const form = useForm<LeadDraft>({
    initialValues: {
      client: null, email: '', phone: '', title: '', pipeline: first?.id ?? '', stage: '', amount: '', currency: '', owner: user.id, close: '', source: '', ...begin,
    },
    validate: { client: (value) => (value ? null : t('client.needed')) },
  });
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const usual = useUsualCurrency();
  const { values } = form;
  const stages = list.find(({ id }) => id === values.pipeline)?.stages.filter(({ archived_at, kind }) => !archived_at && kind === 'open') ?? [];

  function submit(draft: LeadDraft) {
    setBusy(true);
    setProblem(null);
    createLead({ ...draft, currency: draft.currency || usual }).then((lead) => {
      close();
      notifyUndo(t('created', { title: lead.title }), () => removeLead(lead));
      done(lead);
    }, (error: unknown) => {
      form.setErrors(draftErrors(error));
      setProblem(error);
    }).finally(() => setBusy(false));
  }

  return (
    <Modal opened onClose={close} title={t('new')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form onSubmit={form.onSubmit(submit)} noValidate>
        <Stack gap="sm">
          {problem !== null && <Alert color="red" variant="light" role="alert">{problemText(problem)}</Alert>}
          <ContactPicker value={values.client} error={form.errors.client} change={(client) => form.setFieldValue('client', client)} />
          {values.client?.kind === 'new' && (
            <Group grow align="start">
              <TextInput label={t('email')} type="email" {...form.getInputProps('email')} />
              <TextInput label={t('phone')} type="tel" {...form.getInputProps('phone')} />
            </Group>
          )}
          <TextInput label={t('about')} description={t('about.hint')} {...form.getInputProps('title')} />
          <Group grow align="start">
            <TextInput label={t('amount')} inputMode="decimal" {...form.getInputProps('amount')} />
            <NativeSelect label={t('currency')} data={CURRENCIES} {...form.getInputProps('currency')} value={values.currency || usual} />
          </Group>
          <Group grow align="start">
            {list.length > 1 && (
              <NativeSelect label={t('pipeline')} data={list.map(({ id, name }) => ({ value: id, label: name }))} value={values.pipeline}
                onChange={(event) => form.setValues({ pipeline: event.currentTarget.value, stage: '' })} />
            )}
            <NativeSelect label={t('stage')} data={stages.map(({ id, name }) => ({ value: id, label: name }))} {...form.getInputProps('stage')} />
          </Group>
          <Group grow align="start">
            <NativeSelect label={t('ui:owner')} data={[{ value: '', label: t('ui:nobody') }, ...users.list.map(({ id, name }) => ({ value: id, label: name }))]} {...form.getInputProps('owner')} />
            <TextInput label={t('close')} type="date" {...form.getInputProps('close')} />
          </Group>
          <TextInput label={t('source')} {...form.getInputProps('source')} />
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={close}>{t('ui:cancel')}</Button>
            <Button type="submit" loading={busy}>{t('ui:add')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
