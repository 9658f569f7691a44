import { Button } from '@mantine/core';
import { IconTrash, IconUser } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useUsers } from '@/app/lookups';
import { PickMenu } from './PickMenu';

export function OwnerMenu({ pick }: { pick: (owner: string | null) => void }) {
  const { t } = useTranslation('ui');
  const users = useUsers();
  const people = users.list.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name }));
  return <PickMenu label={t('owner')} icon={<IconUser size={15} />} options={[{ value: '', label: t('nobody') }, ...people]} pick={(owner) => pick(owner || null)} />;
}

export function DeleteButton({ run }: { run: () => void }) {
  const { t } = useTranslation('ui');
  return <Button variant="default" c="var(--tl-bad)" leftSection={<IconTrash size={15} />} onClick={run}>{t('delete')}</Button>;
}
