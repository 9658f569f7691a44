import { Button, Text } from '@mantine/core';
import { IconPlus, IconStairs } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { EmptyState } from '@/ui/EmptyState';
import { Archived, EntryMenu, NameForm, useArchive } from '../Entries';
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

  const archive = useArchive(changePipeline, refresh);
  const add = mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>{t('pipeline.new')}</Button>;
  return (
    <Frame name="pipelines" found={found} actions={add}>
      {pipelines.length === 0 && <EmptyState icon={IconStairs} title={t('pipeline.empty.title')} text={t('pipeline.empty.text')}>{add}</EmptyState>}
      {pipelines.map((pipeline) => (
        <Part key={pipeline.id} title={pipeline.name} actions={mayWrite && <EntryMenu name={pipeline.name} rename={() => setEditing(pipeline)} archive={() => archive(pipeline, true)} />}>
          <Stages pipeline={pipeline} mayWrite={mayWrite} />
        </Part>
      ))}
      <Archived entries={archived} mayWrite={mayWrite} restore={(pipeline) => archive(pipeline, false)} />
      {editing && <PipelineForm pipeline={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </Frame>
  );
}

function PipelineForm({ pipeline, close }: { pipeline: Pipeline | null; close: () => void }) {
  const { t } = useTranslation('settings');
  const save = async (name: string) => {
    await (pipeline ? renamePipeline(pipeline, { name }, t('name')) : take(api.POST('/api/v1/pipelines', { body: { name } })));
    void refresh();
  };
  return (
    <NameForm title={t(pipeline ? 'rename' : 'pipeline.new')} name={pipeline?.name} example={t('pipeline.example')} save={save} close={close}>
      {!pipeline && <Text size="xs" c="dimmed">{t('pipeline.hint')}</Text>}
    </NameForm>
  );
}
