import { Loader, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import classes from './Funnel.module.css';
import { lastDay } from '@/ui/days';

/** A report once it is there; while another one is asked for, the last one stays, paler. */
export function Report<T>({ found, children }: { found: UseQueryResult<T>; children: (report: T) => ReactNode }) {
  const { t } = useTranslation('funnel');
  if (found.error && found.data === undefined) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  if (found.data === undefined) return <div className={classes.wait} role="status"><Loader size="sm" aria-label={t('ui:loading')} /></div>;
  return <div className={classes.report} data-stale={found.isPlaceholderData || undefined} aria-busy={found.isPlaceholderData}><Compared report={found.data} />{children(found.data)}</div>;
}

/** Which days the former numbers are of. */
function Compared({ report }: { report: unknown }) {
  const { t } = useTranslation('funnel');
  const { day } = useFormat();
  const { compared } = report as { compared?: Partial<Record<'from' | 'to' | 'close_from' | 'close_to', string | null>> | null };
  // A forecast is of the days on which leads are expected to close.
  const [from, to] = [compared?.close_from ?? compared?.from, compared?.close_to ?? compared?.to];
  if (!from || !to) return null;
  return <Text size="xs" c="dimmed" mb="xs">{t('before.when', { from: day(from), to: day(lastDay(to)) })}</Text>;
}
