import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDownload, IconLayoutKanban, IconPlus, IconStairs, IconTargetArrow } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { DeleteButton, OwnerMenu } from '@/ui/list/BulkActions';
import { Begin } from '@/ui/list/Begin';
import { BulkBar } from '@/ui/list/BulkBar';
import { ListPage } from '@/ui/list/ListPage';
import { PickMenu } from '@/ui/list/PickMenu';
import type { Choice } from '@/ui/table/useChoice';
import { later } from '@/ui/later';
import { bulk, moveAll } from './bulk';
import { FIRST_COLUMNS, type Row, useLeadColumns } from './columns';
import { useLeadFilters } from './filters';
import { LeadDrawer } from './LeadDrawer';
import { LostDialog } from './LostDialog';
import { useSaveLeads } from './useSaveLeads';

const NewLead = later(async () => (await import('./NewLead')).NewLead);

const SORTS = ['-created_at', '-entered_at', 'entered_at', 'stage_entered_at', '-stage_entered_at', '-amount', 'amount', 'expected_close_on', '-expected_close_on', '-updated_at'];

const read = (query: object, signal: AbortSignal) => take(api.GET('/api/v1/leads', { params: { query }, signal }));
const nameOf = (lead: Row) => lead.title;

export default function LeadsPage() {
  const { t } = useTranslation('leads');
  const navigate = useNavigate();
  const [opened, setOpened] = useState<string | null>(null);
  const [creating, create] = useDisclosure();
  const mayWrite = useMay('leads:write');
  const open = useCallback((lead: { id: string }) => setOpened(lead.id), []);
  const add = mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={create.open}>{t('new')}</Button>;
  const actions = (
    <>
      <Button variant="default" leftSection={<IconLayoutKanban size={15} />} onClick={() => void navigate({ to: '/board' })}>{t('board')}</Button>
      {add}
    </>
  );
  return (
    <>
      <ListPage<Row> list="leads" icon={IconTargetArrow} fields={useLeadFilters()} columns={useLeadColumns()} first={FIRST_COLUMNS} sorts={SORTS} read={read} name={nameOf}
        open={open} actions={actions} begin={<>{add}<Begin /></>} bulk={(choice, rows) => <Bulk choice={choice} rows={rows} />} />
      <LeadDrawer id={opened} close={() => setOpened(null)} />
      {creating && <NewLead close={create.close} done={open} />}
    </>
  );
}

function Bulk({ choice, rows }: { choice: Choice; rows: readonly Row[] }) {
  const { t } = useTranslation('leads');
  const { list, stages } = usePipelines();
  const [losing, setLosing] = useState<string | null>(null);
  const save = useSaveLeads();
  const mayWrite = useMay('leads:write');
  const mayExport = useMay('exports:run');
  const chosen = rows.filter((row) => choice.has(row.id));
  const pipeline = list.find(({ id }) => id === chosen[0]?.pipeline_id);
  const together = chosen.every((lead) => lead.pipeline_id === pipeline?.id);
  const then = (work: Promise<unknown>) => void work.then(choice.clear);
  const move = (stage: string) => (stages.get(stage)?.kind === 'lost' ? setLosing(stage) : then(moveAll(chosen, { stage_id: stage })));
  return (
    <BulkBar choice={choice}>
      {mayWrite && <OwnerMenu pick={(owner) => then(bulk.giveTo(chosen, owner))} />}
      {mayWrite && together && pipeline && (
        <PickMenu label={t('stage')} icon={<IconStairs size={15} />} options={pipeline.stages.filter(({ archived_at }) => !archived_at).map(({ id, name }) => ({ value: id, label: name }))} pick={move} />
      )}
      {mayExport && <Button variant="default" leftSection={<IconDownload size={15} />} onClick={() => save(chosen)}>{t('ui:export')}</Button>}
      {mayWrite && <DeleteButton run={() => then(bulk.remove(chosen))} />}
      {losing && <LostDialog close={() => setLosing(null)} lose={(reason) => moveAll(chosen, { stage_id: losing, ...reason }).then(choice.clear)} />}
    </BulkBar>
  );
}
