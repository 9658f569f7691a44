import { ActionIcon, Alert, Button, FileButton, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconFileSpreadsheet, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { Initials } from '@/ui/Initials';
import { problemText } from '@/ui/problemText';
import type { Segment } from '../data';
import { addFile, changeMembers } from './members';
import { Card } from './Side';

/** Puts people on a list: one found by name, or all that a file names. */
export function AddPeople({ segment }: { segment: Segment }) {
  const { t } = useTranslation('segments');
  if (!useMay('segments:write')) return null;
  return (
    <Card title={t('add')}>
      <Stack gap="sm"><Find id={segment.id} /><FromFile id={segment.id} /></Stack>
    </Card>
  );
}

function Find({ id }: { id: string }) {
  const { t } = useTranslation('segments');
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 150);
  const { data } = useQuery({
    queryKey: ['search', 'list', q], enabled: q.length >= 2, placeholderData: (before) => before,
    queryFn: () => take(api.GET('/api/v1/contacts', { params: { query: { q, limit: 6 } } })),
  });
  return (
    <div>
      <TextInput size="xs" type="search" aria-label={t('add.find')} placeholder={t('add.find')} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      {q.length >= 2 && data?.items.map((contact) => (
        <Group key={contact.id} gap={8} wrap="nowrap" mt={6}>
          <Initials name={contact.display_name} size={22} />
          <Text size="sm" className="tl-cut" flex={1} dir="auto">{contact.display_name}</Text>
          <ActionIcon variant="light" color="iris" size="sm" aria-label={t('add.one', { name: contact.display_name })} onClick={() => void changeMembers(id, { add: [contact.id] })}><IconPlus size={14} /></ActionIcon>
        </Group>
      ))}
      {q.length >= 2 && data?.items.length === 0 && <Text size="xs" c="dimmed" mt={6}>{t('add.nobody')}</Text>}
    </div>
  );
}

function FromFile({ id }: { id: string }) {
  const { t } = useTranslation('segments');
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<{ done: Schemas['MembersChanged'] } | { error: unknown } | null>(null);
  function take(file: File | null) {
    if (!file) return;
    setBusy(true);
    addFile(id, file).then((done) => setResult({ done }), (error: unknown) => setResult({ error })).finally(() => setBusy(false));
  }
  return (
    <div>
      <FileButton onChange={take} accept=".csv,text/csv">{(props) => <Button {...props} fullWidth variant="default" loading={busy} leftSection={<IconFileSpreadsheet size={15} />}>{t('add.file')}</Button>}</FileButton>
      <Text size="xs" c="dimmed" mt={4}>{t('add.file.text')}</Text>
      {result && 'error' in result && <Alert color="red" variant="light" p="xs" mt="xs" role="alert">{problemText(result.error)}</Alert>}
      {result && 'done' in result && <FileReport done={result.done} />}
    </div>
  );
}

const MOST_SHOWN = 20;

function FileReport({ done }: { done: Schemas['MembersChanged'] }) {
  const { t } = useTranslation('segments');
  return (
    <Alert variant="light" color={done.errors.length ? 'yellow' : 'teal'} p="xs" mt="xs" role="status">
      <Text size="sm">{t('members.added', { count: done.added })}</Text>
      {done.unchanged > 0 && <Text size="xs">{t('add.before', { count: done.unchanged })}</Text>}
      {done.errors.length > 0 && (
        <>
          <Text size="xs" mt={4}>{t('add.unknown', { count: done.errors.length })}</Text>
          <ul style={{ margin: '4px 0 0', paddingLeft: 16, fontSize: 12, maxHeight: 140, overflowY: 'auto' }}>
            {done.errors.slice(0, MOST_SHOWN).map(({ field, message }) => <li key={field}>{t('add.row', { row: field.replace(/\D+/g, ' ').trim() || field })}: {message}</li>)}
          </ul>
        </>
      )}
    </Alert>
  );
}
