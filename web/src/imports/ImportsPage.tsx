import { Badge } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import { type RowPage, useRows } from '@/ui/list/useRows';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { type Column, DataTable } from '@/ui/table/DataTable';
import { When } from '@/ui/When';
import type { Import, Status } from './data';
import { Drop } from './Drop';

const NO_QUERY = {};
const nameOf = (found: Import) => found.filename;

async function read({ total: _, ...query }: Record<string, string | number | boolean>, signal: AbortSignal): Promise<RowPage<Import>> {
  return take(api.GET('/api/v1/imports', { params: { query }, signal }));
}

export default function ImportsPage() {
  const { t } = useTranslation('imports');
  const navigate = useNavigate();
  const found = useRows<Import>('imports', NO_QUERY, read);
  const columns = useColumns();
  const open = useCallback(({ id }: Import) => void navigate({ to: '/imports/$id', params: { id } }), [navigate]);
  return (
    <Page full>
      <PageHeader title={t('title')} />
      <Drop done={open} />
      <h2 style={{ fontSize: 14, margin: '18px 0 8px' }}>{t('history')}</h2>
      {found.error && found.rows.length === 0 ? <ErrorState error={found.error} reset={found.retry} />
        : found.rows.length === 0 && !found.loading ? <EmptyState icon={IconFileImport} title={t('empty.title')} text={t('empty.text')} />
          : <DataTable label={t('history')} columns={columns} name={nameOf} open={open} {...found} />}
    </Page>
  );
}

const COLOURS: Partial<Record<Status, string>> = { finished: 'teal', failed: 'red', interrupted: 'red', running: 'iris', checking: 'iris', undoing: 'iris', draft: 'yellow' };
const TEXTS: Partial<Record<Status, string>> = { finished: 'var(--tl-good)', failed: 'var(--tl-bad)', interrupted: 'var(--tl-bad)', running: 'var(--tl-accent)', checking: 'var(--tl-accent)', undoing: 'var(--tl-accent)', draft: 'var(--tl-warn)' };

export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation('imports');
  return <Badge variant="light" color={COLOURS[status] ?? 'gray'} c={TEXTS[status] ?? 'var(--mantine-color-text)'}>{t(`status.${status}`)}</Badge>;
}

function useColumns(): Column<Import>[] {
  const { t } = useTranslation('imports');
  const { number } = useFormat();
  const users = useUsers();
  return useMemo(() => {
    const count = (id: 'created' | 'updated' | 'failed' | 'warnings', width = 100): Column<Import> => ({ id, title: t(`count.${id}`), width, right: true, cell: (found) => (found[id] ? number(found[id]) : '') });
    return [
      { id: 'file', title: t('file'), width: 260, cell: (found) => <span style={{ fontWeight: 550 }} dir="auto">{found.filename}</span> },
      { id: 'status', title: t('status'), width: 140, cell: (found) => <StatusBadge status={found.status} /> },
      { id: 'rows', title: t('count.rows'), width: 90, right: true, cell: (found) => (found.rows_read ? number(found.rows_read) : '') },
      count('created'), count('updated'), count('failed', 110), count('warnings', 120),
      { id: 'by', title: t('by'), width: 150, cell: (found) => (found.created_by ? users.byId.get(found.created_by)?.name : t('program')) },
      { id: 'at', title: t('at'), width: 130, cell: (found) => <When at={found.created_at} /> },
    ];
  }, [t, number, users]);
}
