import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { IconColumns3 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Column } from './DataTable';

interface Props<T> {
  all: Column<T>[];
  ids: string[];
  setIds: (ids: string[]) => void;
  reset: () => void;
}

export function ColumnMenu<T>({ all, ids, setIds, reset }: Props<T>) {
  const { t } = useTranslation('ui');
  return (
    <Popover position="bottom-end" width={240} trapFocus>
      <Popover.Target><Button variant="default" leftSection={<IconColumns3 size={15} />}>{t('columns')}</Button></Popover.Target>
      <Popover.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        <Checkbox.Group value={ids} onChange={setIds} aria-label={t('columns')}>
          <Stack gap={8}>{all.slice(1).map((column) => <Checkbox key={column.id} size="xs" value={column.id} label={column.title} />)}</Stack>
        </Checkbox.Group>
        <Button variant="subtle" mt="sm" fullWidth onClick={reset}>{t('columns.reset')}</Button>
      </Popover.Dropdown>
    </Popover>
  );
}
