import { ActionIcon, Button, Group, Tooltip } from '@mantine/core';
import { IconPencil, IconTrash, IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useUsers } from '@/app/lookups';
import { useMe } from '@/auth/hooks';
import type { View } from './useViews';

interface Props {
  view: View;
  current: boolean;
  open: () => void;
  /** Absent where it may not be changed. */
  edit?: () => void;
  remove?: () => void;
}

export function ViewLine({ view: { name, owner_id, shared_with }, current, open, edit, remove }: Props) {
  const { t } = useTranslation('ui');
  const { user } = useMe();
  const owner = useUsers().byId.get(owner_id)?.name ?? '';
  const roles = shared_with.map((role) => t(`role.${role}`)).join(', ');
  const shared = owner_id === user.id ? t('views.with', { roles }) : t('views.of', { name: owner, roles });
  return (
    <Group gap={2} wrap="nowrap">
      <Button variant={current ? 'light' : 'subtle'} color={current ? 'iris' : 'gray'} justify="start" flex={1} miw={0} aria-pressed={current} onClick={open}>{name}</Button>
      {shared_with.length > 0 && <Tooltip label={shared}><IconUsers size={15} color="var(--mantine-color-dimmed)" role="img" aria-label={shared} style={{ flex: 'none' }} /></Tooltip>}
      {edit && <ActionIcon aria-label={t('views.edit', { name })} onClick={edit}><IconPencil size={15} /></ActionIcon>}
      {remove && <ActionIcon aria-label={t('views.delete', { name })} onClick={remove}><IconTrash size={15} /></ActionIcon>}
    </Group>
  );
}
