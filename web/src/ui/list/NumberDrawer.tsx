import { Drawer, Group, Text } from '@mantine/core';
import type { ComponentProps, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import type { useRows } from '@/ui/list/useRows';
import { DataTable } from '@/ui/table/DataTable';

interface DrawerProps<B extends { title: string }> {
  behind: B | null;
  close: () => void;
  children: (behind: B) => ReactNode;
}

/** Opens beside a report and shows who or what one of its numbers counts. */
export function NumberDrawer<B extends { title: string }>({ behind, close, children }: DrawerProps<B>) {
  const { t } = useTranslation('ui');
  return (
    <Drawer opened={behind !== null} onClose={close} position="right" size="min(980px, 100vw)" title={behind?.title} closeButtonProps={{ 'aria-label': t('close') }}
      styles={{ content: { display: 'flex', flexDirection: 'column' }, body: { flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' } }}>
      {behind && children(behind)}
    </Drawer>
  );
}

type Table<T extends { id: string }> = ComponentProps<typeof DataTable<T>>;

interface CountedProps<T extends { id: string }> extends Pick<Table<T>, 'label' | 'columns' | 'name' | 'open'> {
  found: ReturnType<typeof useRows<T>>;
  /** How many they are. */
  text: (count: number) => string;
  children?: ReactNode;
}

/** The rows behind a number below how many they are. */
export function Counted<T extends { id: string }>({ found, text, children, ...table }: CountedProps<T>) {
  const { t } = useTranslation('ui');
  if (found.error && found.rows.length === 0) return <ErrorState error={found.error} reset={found.retry} />;
  return (
    <>
      <Group gap="4px 14px" mb={10}>
        <Text size="sm" c="dimmed" data-total={found.total ?? undefined}>{found.total === null ? t('loading') : text(found.total)}</Text>
        {children}
      </Group>
      <DataTable {...table} {...found} />
    </>
  );
}
