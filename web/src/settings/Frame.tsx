import { Skeleton, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import { PageHeader } from '@/ui/PageHeader';
import classes from './Settings.module.css';

interface Props {
  /** The page's path, by which its texts are named. */
  name: string;
  note?: ReactNode;
  actions?: ReactNode;
  /** What the page waits for. */
  found?: { data: unknown; error: unknown; refetch: () => unknown };
  children: ReactNode;
}

/** A page of the settings: its name, what it is good for, and what is set. */
export function Frame({ name, note, actions, found, children }: Props) {
  const { t } = useTranslation('settings');
  return (
    <>
      <PageHeader title={t(`page.${name}`)} note={note}>{actions}</PageHeader>
      <p className={classes.intro}>{t(`about.${name}`)}</p>
      {found && found.data === undefined ? <Waiting found={found} /> : children}
    </>
  );
}

function Waiting({ found }: { found: NonNullable<Props['found']> }) {
  const { t } = useTranslation('settings');
  if (found.error) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  return <Stack gap="xs" role="status" aria-label={t('ui:loading')}>{[1, 2, 3].map((row) => <Skeleton key={row} h={52} radius="md" />)}</Stack>;
}

export function Part({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <div className={classes.parthead}><h2 className={classes.part} dir="auto">{title}</h2>{actions}</div>
      {children}
    </section>
  );
}
