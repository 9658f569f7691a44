import { Alert, Button, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldErrors, isProblem } from '@/api/problem';
import { problemText } from '@/ui/problemText';

interface Props {
  title: string;
  text?: string;
  first?: { name: string; description?: string | null };
  /** Whether a description is asked for, too. */
  described?: boolean;
  close: () => void;
  save: (name: string, description: string | null) => Promise<void>;
}

/** Asks for the name of a list or a snapshot. */
export function NameDialog({ title, text, first, described, close, save }: Props) {
  const { t } = useTranslation('segments');
  const [name, setName] = useState(first?.name ?? '');
  const [description, setDescription] = useState(first?.description ?? '');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const errors = isProblem(problem, 409) ? { name: t('name.taken') } as Record<string, string> : fieldErrors(problem);
  function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    save(name.trim(), description.trim() || null).then(close, setProblem).finally(() => setBusy(false));
  }
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {text && <Text size="sm" c="dimmed">{text}</Text>}
          {problem !== null && !errors.name && !errors.description && <Alert color="red" variant="light" role="alert">{problemText(problem)}</Alert>}
          <TextInput label={t('name')} required maxLength={200} data-autofocus value={name} error={errors.name} onChange={(event) => setName(event.currentTarget.value)} />
          {described && <Textarea label={t('description')} maxLength={2000} autosize minRows={2} value={description} error={errors.description} onChange={(event) => setDescription(event.currentTarget.value)} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t('ui:cancel')}</Button>
            <Button type="submit" loading={busy} disabled={name.trim() === ''}>{t('ui:save')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
