import { ActionIcon, Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import type { ListSearch } from './useListSearch';

interface View {
  name: string;
  search: ListSearch;
}

interface Props {
  list: string;
  search: ListSearch;
  open: (search: ListSearch) => void;
}

/** Filters somebody comes back to, kept in this browser for this person. */
export function ViewMenu({ list, search, open }: Props) {
  const { t } = useTranslation('ui');
  const { user } = useMe();
  const [views, setViews] = useLocalStorage<View[]>({ key: `touchline.views.${list}.${user.id}`, defaultValue: [], getInitialValueInEffect: false });
  const [name, setName] = useState('');
  const [opened, { toggle, close }] = useDisclosure();
  function save(event: FormEvent) {
    event.preventDefault();
    if (!name.trim()) return;
    setViews([...views.filter((view) => view.name !== name.trim()), { name: name.trim(), search }]);
    setName('');
  }
  return (
    <Popover opened={opened} onChange={close} position="bottom-end" width={270} trapFocus>
      <Popover.Target><Button variant="default" leftSection={<IconBookmark size={15} />} onClick={toggle}>{t('views')}</Button></Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {views.length === 0 && <Text size="xs" c="dimmed">{t('views.none')}</Text>}
          {views.map((view) => (
            <Group key={view.name} gap={4} wrap="nowrap">
              <Button variant="subtle" color="gray" justify="start" flex={1} onClick={() => { open(view.search); close(); }}>{view.name}</Button>
              <ActionIcon aria-label={t('views.delete', { name: view.name })} onClick={() => setViews(views.filter((other) => other !== view))}><IconTrash size={15} /></ActionIcon>
            </Group>
          ))}
          <form onSubmit={save}>
            <Group gap="xs" wrap="nowrap" align="end">
              <TextInput size="xs" flex={1} label={t('views.save')} placeholder={t('views.name')} value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={60} />
              <Button type="submit">{t('save')}</Button>
            </Group>
          </form>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
