import { ActionIcon, Badge, Button, Group, Menu } from '@mantine/core';
import { IconArchive, IconDots, IconPencil, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { RowItem } from '@/ui/Rows';
import { moved, SortableRow, SortableRows } from '@/ui/SortableRow';
import { changeStage, orderStages, type Pipeline, refresh, type Stage } from './pipelines';
import { StageForm } from './StageForm';

const COLORS = { open: 'iris', won: 'teal', lost: 'red' } as const;
const TEXTS = { open: 'var(--tl-accent)', won: 'var(--tl-good)', lost: 'var(--tl-bad)' } as const;

export function Stages({ pipeline, mayWrite }: { pipeline: Pipeline; mayWrite: boolean }) {
  const { t } = useTranslation('settings');
  const { number } = useFormat();
  const [editing, setEditing] = useState<Stage | 'new' | null>(null);
  const stages = pipeline.stages.filter(({ archived_at }) => !archived_at);
  const archived = pipeline.stages.filter(({ archived_at }) => archived_at);
  const move = (from: number, to: number) => void orderStages(pipeline, moved(stages, from, to)).catch(notifyProblem).finally(refresh);

  async function archive(stage: Stage, gone: boolean) {
    const after = await changeStage(stage, { archived: gone });
    void refresh();
    if (gone) notifyUndo(t('archived', { name: stage.name }), () => changeStage(after, { archived: false }).then(refresh));
  }
  const menu = (stage: Stage) => (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon aria-label={t('actions', { name: stage.name })}><IconDots size={16} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setEditing(stage)}>{t('ui:edit')}</Menu.Item>
        <Menu.Item leftSection={<IconArchive size={15} />} onClick={() => void archive(stage, true).catch(notifyProblem)}>{t('archive')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  const facts = (stage: Stage) => (
    <>
      {stage.stale_after_days != null && stage.kind === 'open' && <span>{t('stage.stale', { count: stage.stale_after_days })}</span>}
      {stage.kind === 'open' && <span>{number(stage.probability / 100, { style: 'percent' })}</span>}
      <Badge variant="light" color={COLORS[stage.kind]} c={TEXTS[stage.kind]}>{t(`ui:kind.${stage.kind}`)}</Badge>
    </>
  );
  return (
    <>
      <SortableRows label={t('stage.list', { name: pipeline.name })} move={move}>
        {stages.map((stage, index) => (mayWrite
          ? (
            <SortableRow key={stage.id} index={index} count={stages.length} name={stage.name} title={stage.name} open={() => setEditing(stage)} actions={menu(stage)}>
              {facts(stage)}
            </SortableRow>
          ) : <RowItem key={stage.id} title={stage.name}>{facts(stage)}</RowItem>))}
        {archived.map((stage) => (
          <RowItem key={stage.id} faint title={stage.name} actions={mayWrite && <Button variant="subtle" onClick={() => void archive(stage, false).catch(notifyProblem)}>{t('unarchive')}</Button>}>
            <Badge variant="outline" color="gray" c="dimmed">{t('archive.part')}</Badge>
          </RowItem>
        ))}
      </SortableRows>
      {mayWrite && <Group mt={8}><Button variant="subtle" leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>{t('stage.new')}</Button></Group>}
      {editing && <StageForm pipeline={pipeline} stage={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </>
  );
}
