import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/auth/hooks';
import { download } from '@/ui/download';
import { notifyProblem } from '@/ui/notify';
import { ZONE } from '../ask';

const FORMATS = [['csv', 'CSV'], ['xlsx', 'Excel']] as const;

interface Props {
  /** Of the export. */
  path: string;
  /** Of the file. */
  name: string;
}

/** Saves a report as a file, for those who may take data away. */
export function Files({ path, name }: Props) {
  const { t } = useTranslation('funnel');
  if (!useMay('exports:run')) return null;
  return FORMATS.map(([format, word]) => (
    <Button key={format} variant="subtle" size="compact-xs" aria-label={t('saved.file', { name, format: word })}
      onClick={() => void download(`/api/v1/exports/${path}`, { format, tz: ZONE }, `${name}.${format}`).catch(notifyProblem)}>{word}</Button>
  ));
}
