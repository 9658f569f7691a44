import { Button, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/auth/hooks';
import { type Row, useLeadColumns } from '@/leads/columns';
import { LeadDrawer } from '@/leads/LeadDrawer';
import { download } from '@/ui/download';
import { useFormat } from '@/ui/format';
import { Counted, NumberDrawer } from '@/ui/list/NumberDrawer';
import { useRows } from '@/ui/list/useRows';
import { notifyProblem } from '@/ui/notify';
import { type Behind, readBehind } from './behind';

const SHOWN = ['title', 'contact', 'stage', 'amount', 'owner', 'entered'];

/** Exactly the leads behind a number. */
export function BehindDrawer({ behind, close }: { behind: Behind | null; close: () => void }) {
  return <NumberDrawer behind={behind} close={close}>{(behind) => <Leads behind={behind} />}</NumberDrawer>;
}

const nameOf = (lead: Row) => lead.title;

function Leads({ behind }: { behind: Behind }) {
  const { t } = useTranslation('funnel');
  const { number } = useFormat();
  const [opened, setOpened] = useState<string | null>(null);
  const read = useMemo(() => readBehind(behind), [behind]);
  const found = useRows<Row>('leads', { ...behind.query, report: behind.from }, useCallback(({ report: _, ...query }, signal) => read(query, signal), [read]));
  const columns = useLeadColumns().filter(({ id }) => SHOWN.includes(id));
  const open = useCallback((lead: Row) => setOpened(lead.id), []);
  const differs = found.total !== null && found.total !== behind.count;
  return (
    <>
      <Counted found={found} text={(count) => t('behind.leads', { count })} label={behind.title} columns={columns} name={nameOf} open={open}>
        {differs && <Text size="xs" c="dimmed">{t('behind.changed', { number: number(behind.count) })}</Text>}
        <Export behind={behind} />
      </Counted>
      <LeadDrawer id={opened} close={() => setOpened(null)} />
    </>
  );
}

function Export({ behind }: { behind: Behind }) {
  const { t } = useTranslation('funnel');
  const may = useMay('exports:run');
  if (!may || behind.from !== 'funnel') return null;
  return (
    <Button variant="default" ml="auto" leftSection={<IconDownload size={15} />}
      onClick={() => void download('/api/v1/exports/funnel/leads', { ...behind.query, format: 'csv' }, 'leads.csv').catch(notifyProblem)}>{t('ui:export')}</Button>
  );
}
