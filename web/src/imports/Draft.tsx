import { Alert, Button, Group } from '@mantine/core';
import { IconArrowBackUp, IconListCheck, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '@/app/query';
import { useFormat } from '@/ui/format';
import { notifyProblem } from '@/ui/notify';
import { type Import, step } from './data';
import { FileOptions } from './mapping/FileOptions';
import { MappingTable } from './mapping/MappingTable';
import { Questions } from './mapping/Questions';
import { useMapping } from './mapping/useMapping';
import { faultIndex } from './mapping/fields';
import { DryRun } from './report/DryRun';

/** What the columns mean is decided, tried and run. */
export function Draft({ found, look }: { found: Import; look: RefObject<boolean> }) {
  const { t } = useTranslation('imports');
  const { number } = useFormat();
  const navigate = useNavigate();
  const { mapping, change, faults, save, refuse } = useMapping(found);
  const [busy, setBusy] = useState<'dry-run' | 'run' | null>(null);
  const { proposal, dry_run: tried } = found;
  const columns = proposal?.columns ?? [];
  const good = tried && tried.rows - tried.errors;
  const general = faults.filter(({ field }) => faultIndex(field) === null);

  async function go(what: 'dry-run' | 'run') {
    setBusy(what);
    try {
      if (await save()) {
        look.current = what === 'dry-run';
        await step(found.id, what);
        void queryClient.invalidateQueries({ queryKey: ['imports', 'errors', found.id] });
      }
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(null);
    }
  }

  async function drop() {
    await step(found.id, 'cancel');
    await navigate({ to: '/imports' });
  }

  return (
    <>
      {general.length > 0 && <Alert color="red" variant="light" mb="sm" role="alert">{general.map(({ field, message }) => <div key={field + message}>{message}</div>)}</Alert>}
      {found.problem && <Alert color="red" variant="light" mb="sm" role="alert">{found.problem}</Alert>}
      {proposal && <Questions proposal={proposal} mapping={mapping} change={change} readOnly={busy !== null} />}
      <FileOptions mapping={mapping} change={change} faults={general} readOnly={busy !== null} />
      <MappingTable columns={columns} mapping={mapping} change={change} faults={faults} readOnly={busy !== null} />
      <Group my="md" gap="xs">
        <Button size="sm" variant={tried ? 'default' : 'filled'} loading={busy === 'dry-run'} leftSection={<IconListCheck size={16} />} onClick={() => void go('dry-run')}>{t(tried ? 'check.again' : 'check')}</Button>
        <Button size="sm" variant={tried ? 'filled' : 'default'} loading={busy === 'run'} disabled={good === 0} leftSection={<IconPlayerPlay size={16} />}
          onClick={() => void go('run')}>{good != null ? t('run.rows', { count: good, number: number(good) }) : t('run')}</Button>
        {proposal && <Button size="sm" variant="subtle" color="gray" leftSection={<IconArrowBackUp size={16} />} onClick={() => change(proposal.mapping)}>{t('proposed')}</Button>}
        <Button size="sm" variant="subtle" color="red" c="var(--tl-bad)" ml="auto" leftSection={<IconTrash size={16} />} onClick={() => void drop().catch(notifyProblem)}>{t('drop.draft')}</Button>
      </Group>
      {tried && <DryRun found={found} tried={tried} look={look} />}
    </>
  );
}
