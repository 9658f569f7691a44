import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/auth/hooks';
import { download } from '@/ui/download';
import { notifyProblem } from '@/ui/notify';

interface Props {
  list: 'contacts' | 'companies' | 'leads';
  /** What the list is narrowed by. */
  query: Record<string, string>;
}

/** Saves the whole list, as it is filtered, as a file. */
export function ExportButton({ list, query }: Props) {
  const { t } = useTranslation('ui');
  if (!useMay('exports:run')) return null;
  const { sort: _, ...filter } = query;
  const save = () => download(`/api/v1/exports/${list}`, { ...filter, format: 'csv' }, `${list}.csv`).catch(notifyProblem);
  return <Button variant="default" leftSection={<IconDownload size={15} />} onClick={() => void save()}>{t('export')}</Button>;
}
