import { Button, Group, Popover, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTag } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';

export function TagButton({ add }: { add: (tag: string) => void }) {
  const { t } = useTranslation('ui');
  const [tag, setTag] = useState('');
  const [opened, { toggle, close }] = useDisclosure();
  function submit(event: FormEvent) {
    event.preventDefault();
    if (tag.trim()) add(tag.trim());
    close();
    setTag('');
  }
  return (
    <Popover opened={opened} onChange={close} position="top" trapFocus>
      <Popover.Target><Button variant="default" leftSection={<IconTag size={15} />} onClick={toggle}>{t('tags')}</Button></Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <Group gap="xs" wrap="nowrap">
            <TextInput size="xs" aria-label={t('tags')} value={tag} maxLength={50} onChange={(event) => setTag(event.currentTarget.value)} data-autofocus />
            <Button type="submit">{t('add')}</Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
