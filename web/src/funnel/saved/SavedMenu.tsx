import { ActionIcon, Button, Group, Popover, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconCalendarRepeat, IconCamera, IconPencil, IconTrash, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePipelines } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { BinDialog } from '@/ui/BinDialog';
import { useFormat } from '@/ui/format';
import type { ListSearch } from '@/ui/list/useListSearch';
import { notifyDone, notifyProblem, notifyUndo } from '@/ui/notify';
import { type Ask, KINDS, reportQuery } from '../ask';
import { journeyOf, readSteps } from '../journey/journey';
import { useSteps } from '../journey/useSteps';
import { addressOf } from './address';
import { Files } from './Files';
import { RenameForm } from './RenameForm';
import { SaveForm } from './SaveForm';
import { deletedReports, deleteReport, restoreReport, type Saved, takeSnapshot, useSaved, useSnapshots } from './useSaved';

interface Props {
  ask: Ask;
  search: ListSearch;
  go: (search: ListSearch, replace?: boolean) => void;
}

/** Reports that were saved, by oneself or by others for one's role, and what they said at an earlier time. */
export function SavedMenu({ ask, search, go }: Props) {
  const { t } = useTranslation('funnel');
  const [opened, { toggle, close }] = useDisclosure();
  const [saving, { open: begin, close: end }] = useDisclosure();
  const [binShown, bin] = useDisclosure();
  const saved = useSaved();
  const { name: stepName } = useSteps(ask.pipeline);
  const mayWrite = useMay('reports:write');
  const open = (next: ListSearch) => { go(next, false); close(); };
  const [renaming, setRenaming] = useState<Saved | null>(null);
  const rename = (report: Saved) => { setRenaming(report); close(); };
  const current = saved.find(({ id }) => id === search.report);
  return (
    <>
      <Popover opened={opened} onChange={close} position="bottom-end" width={360} trapFocus>
        <Popover.Target><Button variant="default" leftSection={<IconBookmark size={15} />} onClick={toggle} aria-expanded={opened}>{current?.name ?? t('saved')}</Button></Popover.Target>
        <Popover.Dropdown mah={460} style={{ overflowY: 'auto' }}>
          <Stack gap={4}>
            {saved.length === 0 && <Text size="sm" c="dimmed">{t('saved.none')}</Text>}
            {saved.map((report) => <Line key={report.id} report={report} current={report === current} open={open} rename={rename} />)}
            {mayWrite && <Button variant="subtle" color="gray" size="compact-sm" justify="start" leftSection={<IconTrash size={14} />} onClick={() => { bin.open(); close(); }}>{t('saved.bin')}</Button>}
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {mayWrite && <Button onClick={begin}>{t('save')}</Button>}
      {binShown && <BinDialog title={t('saved.bin')} queryKey={['saved-reports']} read={deletedReports} restore={restoreReport} close={bin.close} />}
      {renaming && <RenameForm report={renaming} close={() => setRenaming(null)} />}
      {saving && <SaveForm kind={KINDS[ask.tab]} asked={ask.tab === 'journey' ? journeyOf(ask, readSteps(ask.steps), stepName) : reportQuery(ask)} close={end} done={(report) => go({ ...search, ...(ask.tab === 'journey' ? { steps: readSteps(ask.steps).join(',') } : {}), report: report.id })} />}
    </>
  );
}

interface LineProps {
  report: Saved;
  current: boolean;
  open: (search: ListSearch) => void;
  rename: (report: Saved) => void;
}

function Line({ report, current, open, rename }: LineProps) {
  const { t } = useTranslation('funnel');
  const { dayAndTime } = useFormat();
  const [unfolded, { toggle }] = useDisclosure();
  const mayWrite = useMay('reports:write');
  const { stages } = usePipelines();
  const pipelineOf = (stage: string) => stages.get(stage)?.pipeline_id;
  const search = addressOf(report, pipelineOf);
  const snapshots = useSnapshots(report.id, unfolded);
  const [busy, setBusy] = useState(false);
  if (!search) return null;
  const own = { ...search, report: report.id };
  function keep() {
    setBusy(true);
    void takeSnapshot(report.id).then(() => notifyDone(t('kept.done')), notifyProblem).finally(() => setBusy(false));
  }
  const { name, shared_with, schedule } = report;
  const remove = () => deleteReport(report).then(() => notifyUndo(t('saved.deleted', { name }), () => restoreReport(report.id)), notifyProblem);
  return (
    <div>
      <Group gap={2} wrap="nowrap">
        <Button variant={current ? 'light' : 'subtle'} color={current ? 'iris' : 'gray'} justify="start" flex={1} miw={0} onClick={() => open(own)}>
          <span className="tl-cut" dir="auto">{name}</span>
        </Button>
        {shared_with.length > 0 && <Tooltip label={shared_with.map((role) => t(`ui:role.${role}`)).join(', ')}><IconUsers size={15} color="var(--mantine-color-dimmed)" aria-label={t('shared')} /></Tooltip>}
        {schedule && <Tooltip label={t(`schedule.${schedule}`)}><IconCalendarRepeat size={15} color="var(--mantine-color-dimmed)" aria-label={t(`schedule.${schedule}`)} /></Tooltip>}
        <ActionIcon aria-label={t('snapshots.of', { name })} aria-expanded={unfolded} onClick={toggle}><IconCamera size={15} /></ActionIcon>
        {mayWrite && <ActionIcon aria-label={t('saved.rename.one', { name })} onClick={() => rename(report)}><IconPencil size={15} /></ActionIcon>}
        {mayWrite && <ActionIcon aria-label={t('saved.delete', { name })} onClick={() => void remove()}><IconTrash size={15} /></ActionIcon>}
      </Group>
      {unfolded && (
        <Stack gap={2} pl="md" mb="xs">
          <Group gap={2} wrap="nowrap">
            <Text size="xs" c="dimmed" flex={1}>{t('saved.now')}</Text>
            <Files path={`saved-reports/${report.id}`} name={name} />
          </Group>
          {snapshots?.length === 0 && <Text size="xs" c="dimmed">{t('snapshots.none')}</Text>}
          {snapshots?.map((snapshot) => (
            <Group key={snapshot.id} gap={2} wrap="nowrap">
              <Button variant="subtle" color="gray" justify="start" size="compact-xs" flex={1} disabled={!snapshot.body}
                onClick={() => open({ ...own, ...addressOf(snapshot, pipelineOf), snapshot: snapshot.id, kept: snapshot.taken_at,
                  ...(snapshot.period_from ? { from: snapshot.period_from } : {}), ...(snapshot.period_to ? { to: snapshot.period_to } : {}) })}>
                {dayAndTime(snapshot.taken_at)}
              </Button>
              {snapshot.body && <Files path={`report-snapshots/${snapshot.id}`} name={`${snapshot.name} ${snapshot.taken_at.slice(0, 10)}`} />}
            </Group>
          ))}
          {mayWrite && <Button variant="light" size="compact-xs" loading={busy} onClick={keep}>{t('snapshots.take')}</Button>}
        </Stack>
      )}
    </div>
  );
}
