import { Alert, Loader, Text } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from '@/ui/problemText';
import { type Import, upload } from './data';
import classes from './Imports.module.css';

const ACCEPT = '.csv,.tsv,.txt,.vcf,text/csv,text/tab-separated-values,text/vcard';

/** Takes a file that is dropped or chosen. */
export function Drop({ done }: { done: (found: Import) => void }) {
  const { t } = useTranslation('imports');
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  function take(file: File | undefined) {
    if (!file || busy) return;
    setBusy(file.name);
    setProblem(null);
    upload(file).then(done, setProblem).finally(() => setBusy(null));
  }
  function dropped(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  }
  return (
    <>
      <label className={classes.drop} data-over={over || undefined} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={dropped}>
        <input type="file" accept={ACCEPT} className="tl-hidden" disabled={busy !== null} onChange={(event) => { take(event.currentTarget.files?.[0]); event.currentTarget.value = ''; }} />
        {busy ? <Loader size="sm" role="status" aria-label={t('ui:loading')} /> : <IconFileUpload size={26} stroke={1.4} aria-hidden />}
        <span>
          <Text component="span" size="sm" fw={550} display="block">{busy ? t('drop.busy', { name: busy }) : t('drop')}</Text>
          <Text component="span" size="xs" c="dimmed">{t('drop.text')}</Text>
        </span>
      </label>
      {problem !== null && <Alert color="red" variant="light" mt="sm" role="alert">{problemText(problem)}</Alert>}
    </>
  );
}
