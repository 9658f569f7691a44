import { ActionIcon, Button, Menu, TextInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconArchive, IconDots, IconPencil, IconPlus, IconRestore, IconStairs } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { EmptyState } from '@/ui/EmptyState';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { RowItem, Rows } from '@/ui/Rows';
import { Frame, Part } from '../Frame';
import { changePipeline, KEY, type Pipeline, readPipelines, refresh, renamePipeline } from './pipelines';
import { Stages } from './Stages';

export default function PipelinesPage() {
  const { t } = useTranslation('settings');
  const found = useQuery({ queryKey: KEY, queryFn: readPipelines });
  const [editing, setEditing] = useState<Pipeline | 'new' | null>(null);
  const mayWrite = useMay('settings:write');
  const all = found.data?.items ?? [];
  const pipelines = all.filter(({ archived_at }) => !archived_at);
  const archived = all.filter(({ archived_at }) => archived_at);

  async function archive(pipeline: Pipeline, gone: boolean) {
    const after = await changePipeline(pipeline, { archived: gone });
    void refresh();
    if (gone) notifyUndo(t('archived', { name: pipeline.name }), () => changePipeline(after, { archived: false }).then(refresh));
  }
  const add = mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>{t('pipeline.new')}</Button>;
  return (
    <Frame name="pipelines" found={found} actions={add}>
      {pipelines.length === 0 && <EmptyState icon={IconStairs} title={t('pipeline.empty.title')} text={t('pipeline.empty.text')}>{add}</EmptyState>}
      {pipelines.map((pipeline) => (
        <Part key={pipeline.id} title={pipeline.name} actions={mayWrite && (
          <Menu position="bottom-end">
            <Menu.Target><ActionIcon aria-label={t('actions', { name: pipeline.name })}><IconDots size={16} /></ActionIcon></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setEditing(pipeline)}>{t('rename')}</Menu.Item>
              <Menu.Item leftSection={<IconArchive size={15} />} onClick={() => void archive(pipeline, true).catch(notifyProblem)}>{t('archive')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}>
          <Stages pipeline={pipeline} mayWrite={mayWrite} />
        </Part>
      ))}
      {archived.length > 0 && (
        <Part title={t('archive.part')}>
          <Rows label={t('archive.part')}>
            {archived.map((pipeline) => (
              <RowItem key={pipeline.id} faint title={pipeline.name} actions={mayWrite && (
                <Button variant="subtle" leftSection={<IconRestore size={15} />} onClick={() => void archive(pipeline, false).catch(notifyProblem)}>{t('unarchive')}</Button>
              )} />
            ))}
          </Rows>
        </Part>
      )}
      {editing && <PipelineForm pipeline={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </Frame>
  );
}

function PipelineForm({ pipeline, close }: { pipeline: Pipeline | null; close: () => void }) {
  const { t } = useTranslation('settings');
  const form = useForm({ initialValues: { name: pipeline?.name ?? '' } });
  const sending = useSubmit(form, async (body) => {
    await (pipeline ? renamePipeline(pipeline, body, t('name')) : take(api.POST('/api/v1/pipelines', { body })));
    void refresh();
    close();
  });
  return (
    <FormModal title={t(pipeline ? 'rename' : 'pipeline.new')} close={close} sending={sending}>
      <TextInput label={t('name')} required data-autofocus maxLength={100} placeholder={t('pipeline.example')} {...form.getInputProps('name')} />
      {!pipeline && <Text size="xs" c="dimmed">{t('pipeline.hint')}</Text>}
    </FormModal>
  );
}
