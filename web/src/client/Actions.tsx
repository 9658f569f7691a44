import { Menu } from '@mantine/core';
import { IconArrowMerge, IconDownload, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { download } from '@/ui/download';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import type { Contact } from './useClient';

/** What can be done with the whole record. */
export function Actions({ contact, merge }: { contact: Contact; merge: () => void }) {
  const { t } = useTranslation('client');
  const navigate = useNavigate();
  const mayWrite = useMay('contacts:write');
  const mayExport = useMay('exports:run');
  const path = { id: contact.id };

  async function remove() {
    await take(api.DELETE('/api/v1/contacts/{id}', { params: { path, header: ifMatch(contact.version) } }));
    void queryClient.invalidateQueries({ queryKey: ['contacts'] });
    await navigate({ to: '/contacts' });
    notifyUndo(t('removed', { name: contact.display_name }), async () => {
      await take(api.POST('/api/v1/contacts/{id}/restore', { params: { path } }));
      await navigate({ to: '/contacts/$id', params: path });
    });
  }

  return (
    <>
      {mayWrite && <Menu.Item leftSection={<IconArrowMerge size={16} />} onClick={merge}>{t('merge')}</Menu.Item>}
      {mayExport && (
        <Menu.Item leftSection={<IconDownload size={16} />}
          onClick={() => void download(`/api/v1/contacts/${contact.id}/archive`, {}, `${contact.display_name}.zip`).catch(notifyProblem)}>{t('archive')}</Menu.Item>
      )}
      {mayWrite && <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove().catch(notifyProblem)}>{t('ui:delete')}</Menu.Item>}
    </>
  );
}
