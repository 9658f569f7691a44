import { ActionIcon, Button, Group, Menu, Modal, Text } from '@mantine/core';
import { IconCamera, IconDots, IconDownload, IconPencil, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { download } from '@/ui/download';
import { notifyDone, notifyProblem, notifyUndo } from '@/ui/notify';
import { saveSegment } from '../build/save';
import { refreshSegments, restoreSegment, type Segment } from '../data';
import { NameDialog } from '../NameDialog';
import { toDraft } from '../rule/model';
import { exportSide } from './exportSide';
import type { Split } from './split';

type Asked = 'snapshot' | 'rename' | 'delete' | null;

export function Actions({ segment, split }: { segment: Segment; split: Split }) {
  const { t } = useTranslation('segments');
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked>(null);
  const [mayWrite, mayExport] = [useMay('segments:write'), useMay('exports:run')];
  const close = () => setAsked(null);
  const save = (format: 'csv' | 'xlsx') => (split.side === 'all'
    ? download('/api/v1/exports/contacts', { segment_id: segment.id, format }, `${segment.name}.${format}`)
    : exportSide(segment, split)).catch(notifyProblem);

  async function snapshot(name: string) {
    const { id } = await take(api.POST('/api/v1/segments/{id}/snapshots', { params: { path: { id: segment.id } }, body: { name } }));
    await refreshSegments();
    await navigate({ to: '/segments/$id', params: { id } });
    notifyDone(t('snapshot.done'));
  }

  async function remove() {
    await take(api.DELETE('/api/v1/segments/{id}', { params: { path: { id: segment.id }, header: ifMatch(segment.version) } }));
    await navigate({ to: '/segments', search: {} });
    await refreshSegments();
    notifyUndo(t('deleted', { name: segment.name }), async () => {
      await restoreSegment(segment.id);
      await navigate({ to: '/segments/$id', params: { id: segment.id } });
    });
  }

  return (
    <>
      {mayExport && !segment.broken && (
        <Menu position="bottom-end" width={200}>
          <Menu.Target><Button variant="default" leftSection={<IconDownload size={15} />}>{split.side === 'all' ? t('ui:export') : t('export.side', { side: t(`holdout.${split.side}`) })}</Button></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => void save('csv')}>CSV</Menu.Item>
            {split.side === 'all' && <Menu.Item onClick={() => void save('xlsx')}>Excel</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      )}
      {mayWrite && !segment.broken && segment.kind !== 'snapshot' && <Button variant="default" leftSection={<IconCamera size={15} />} onClick={() => setAsked('snapshot')}>{t('snapshot')}</Button>}
      {segment.kind === 'dynamic' && <Button variant={mayWrite ? 'filled' : 'default'} leftSection={<IconPencil size={15} />}
        onClick={() => void navigate({ to: '/segments/$id/rule', params: { id: segment.id } })}>{t(mayWrite ? 'edit' : 'rule')}</Button>}
      {mayWrite && (
        <Menu position="bottom-end">
          <Menu.Target><ActionIcon variant="default" size={30} aria-label={t('actions')}><IconDots size={16} /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setAsked('rename')}>{t('rename')}</Menu.Item>
            <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => setAsked('delete')}>{t('ui:delete')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {asked === 'snapshot' && <NameDialog title={t('snapshot')} text={t('snapshot.text')} first={{ name: `${segment.name} ${new Date().toISOString().slice(0, 10)}` }} close={close} save={snapshot} />}
      {asked === 'rename' && (
        <NameDialog title={t('rename')} first={segment} described close={close} save={async (name, description) => {
          const draft = toDraft(segment.rule, 'UTC');
          await saveSegment(segment, { name, description: description ?? '', draft }, null, ['name', 'description']);
        }} />
      )}
      {asked === 'delete' && (
        <Modal opened onClose={close} title={t('delete.title', { name: segment.name })} closeButtonProps={{ 'aria-label': t('ui:close') }}>
          <Text size="sm" mb="md">{t('delete.text')}</Text>
          <Group justify="flex-end"><Button variant="default"
            onClick={close} data-autofocus>{t('ui:cancel')}</Button><Button color="red.8" onClick={() => void remove().catch(notifyProblem).finally(close)}>{t('ui:delete')}</Button></Group>
        </Modal>
      )}
    </>
  );
}
