import { Drawer, Text } from '@mantine/core';
import type { ComponentProps, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import type { useRows } from '@/ui/list/useRows';
import { DataTable } from '@/ui/table/DataTable';
import classes from './Funnel.module.css';

interface DrawerProps<B extends { title: string }> {
  behind: B | null;
  close: () => void;
  children: (behind: B) => ReactNode;
}

/** Opens beside a report and shows who or what one of its numbers counts. */
export function NumberDrawer<B extends { title: string }>({ behind, close, children }: DrawerProps<B>) {
  const { t } = useTranslation('funnel');
  return (
    <Drawer opened={behind !== null} onClose={close} position="right" size="min(980px, 100vw)" title={behind?.title} closeButtonProps={{ 'aria-label': t('ui:close') }}
      styles={{ content: { display: 'flex', flexDirection: 'column' }, body: { flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' } }}>
      {behind && children(behind)}
    </Drawer>
  );
}

type Table<T extends { id: string }> = ComponentProps<typeof DataTable<T>>;

interface CountedProps<T extends { id: string }> extends Pick<Table<T>, 'label' | 'columns' | 'name' | 'open'> {
  found: ReturnType<typeof useRows<T>>;
  /** `behind.leads` or `behind.clients`. */
  text: string;
  children?: ReactNode;
}

/** The rows behind a number below how many they are. */
export function Counted<T extends { id: string }>({ found, text, children, ...table }: CountedProps<T>) {
  const { t } = useTranslation('funnel');
  if (found.error && found.rows.length === 0) return <ErrorState error={found.error} reset={found.retry} />;
  return (
    <>
      <div className={classes.behind}>
        <Text size="sm" c="dimmed" data-total={found.total ?? undefined}>{found.total === null ? t('ui:loading') : t(text, { count: found.total })}</Text>
        {children}
      </div>
      <DataTable {...table} {...found} />
    </>
  );
}
