import { Alert, Button, Drawer, Group, JsonInput, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import { CodeBlock } from '@/ui/Copy';
import { notifyDone, notifyProblem } from '@/ui/notify';

type Refused = Schemas['Refused'];

/** The event as it came, to be put right and tried again. */
export function RefusedDrawer({ event, close, changed }: { event: Refused; close: () => void; changed: (event: Refused) => void }) {
  const { t } = useTranslation('settings');
  const { dayAndTime } = useFormat();
  const first = pretty(event.event);
  const [text, setText] = useState(first);
  const [busy, setBusy] = useState(false);
  const corrected = parsed(text);
  const done = event.replayed_at != null;
  const shared = Object.fromEntries(Object.entries(event.envelope).filter(([, value]) => value !== null));

  async function replay() {
    const body = text === first ? {} : { event: corrected as never };
    const after = await take(api.POST('/api/v1/ingest/refused/{id}/replay', { params: { path: { id: event.id } }, body }));
    if (after.replayed_at) notifyDone(t('refused.taken'));
    changed(after);
  }
  function go() {
    setBusy(true);
    replay().catch(notifyProblem).finally(() => setBusy(false));
  }
  return (
    <Drawer opened onClose={close} position="right" size="lg" title={t('refused.one')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <Stack gap="md">
        <Alert color={done ? 'teal' : 'orange'} variant="light" c="var(--mantine-color-text)" title={t(done ? 'refused.replayed' : 'refused.why')}>{done ? t('refused.taken') : `${event.reason} (${event.code})`}</Alert>
        <Text size="sm" c="dimmed">{t('refused.facts', { source: event.source, at: dayAndTime(event.received_at), tried: dayAndTime(event.tried_at) })}</Text>
        {done ? <CodeBlock code={text} label={t('refused.event')} /> : (
          <JsonInput label={t('refused.event')} description={t('refused.event.hint')} value={text} onChange={setText} autosize minRows={10} maxRows={28} formatOnBlur
            validationError={t('refused.json')} styles={{ input: { fontFamily: 'ui-monospace, Menlo, Consolas, monospace', fontSize: 12.5 } }} />
        )}
        {Object.keys(shared).length > 0 && <><Text size="sm" fw={500}>{t('refused.envelope')}</Text><CodeBlock code={JSON.stringify(shared, null, 2)} label={t('refused.envelope')} /></>}
        {!done && (
          <Group justify="flex-end">
            <Button loading={busy} disabled={text !== first && corrected === undefined} onClick={go}>{t(text === first ? 'refused.replay' : 'refused.replay.corrected')}</Button>
          </Group>
        )}
      </Stack>
    </Drawer>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pretty(text: string): string {
  const value = parsed(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}
