import { Button, Checkbox, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { fieldErrors } from '@/api/problem';
import { notifyDone } from '@/ui/notify';
import { problemText } from '@/ui/problemText';
import { ZONE } from '../ask';
import { type Saved, saveReport } from './useSaved';

const ROLES: Schemas['Role'][] = ['manager', 'marketer', 'sales', 'reader'];

interface Props {
  kind: Schemas['ReportKind'];
  /** What is asked. */
  asked: object;
  close: () => void;
  done: (report: Saved) => void;
}

/** Keeps what is asked under a name, for whom else, and how often a snapshot is taken. */
export function SaveForm({ kind, asked, close, done }: Props) {
  const { t } = useTranslation('funnel');
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<string[]>([]);
  const [schedule, setSchedule] = useState('');
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    const { tz: _, ...parameters } = asked as Record<string, unknown>;
    // A scheduled report is of the period that has ended.
    if (schedule) for (const key of ['from', 'to', 'as_of']) delete parameters[key];
    saveReport({
      name: name.trim(), kind, parameters: (schedule ? parameters : { ...parameters, tz: ZONE }) as never, shared_with: roles as Schemas['Role'][],
      schedule: (schedule || null) as Schemas['Unit'] | null, tz: ZONE,
    }).then((report) => {
      close();
      notifyDone(t('saved.done', { name: report.name }));
      done(report);
    }, setProblem).finally(() => setBusy(false));
  }

  const faults = fieldErrors(problem);
  return (
    <Modal opened onClose={close} title={t('save')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput label={t('name')} required value={name} error={faults.name} data-autofocus maxLength={100} onChange={(event) => setName(event.currentTarget.value)} />
          <Checkbox.Group label={t('share.with')} description={t('share.text')} value={roles} onChange={setRoles}>
            <Group gap="md" mt="xs">{ROLES.map((role) => <Checkbox key={role} size="xs" value={role} label={t(`ui:role.${role}`)} />)}</Group>
          </Checkbox.Group>
          <NativeSelect label={t('schedule')} description={t('schedule.text')} value={schedule} onChange={(event) => setSchedule(event.currentTarget.value)}
            data={['', 'day', 'week', 'month'].map((value) => ({ value, label: t(`schedule.${value || 'none'}`) }))} />
          {problem !== null && !faults.name && <Text size="sm" c="var(--tl-bad)" role="alert">{problemText(problem)}</Text>}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>{t('ui:cancel')}</Button>
            <Button type="submit" loading={busy} disabled={!name.trim()}>{t('ui:save')}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
