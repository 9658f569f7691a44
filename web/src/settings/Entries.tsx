import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconArchive, IconDots, IconPencil, IconRestore } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { RowItem, Rows } from '@/ui/Rows';
import { Part } from './Frame';

interface Named {
  id: string;
  name: string;
}

interface MenuProps {
  name: string;
  rename: () => void;
  archive?: () => void;
  children?: ReactNode;
}

/** What is done with an entry of the settings. */
export function EntryMenu({ name, rename, archive, children }: MenuProps) {
  const { t } = useTranslation('settings');
  return (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon aria-label={t('actions', { name })}><IconDots size={16} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={15} />} onClick={rename}>{t('rename')}</Menu.Item>
        {archive && <Menu.Item leftSection={<IconArchive size={15} />} onClick={archive}>{t('archive')}</Menu.Item>}
        {children}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Archives an entry or takes it out of the archive; the former can be taken back. */
export function useArchive<T extends Named>(change: (entry: T, body: { archived: boolean }) => Promise<T>, refresh: () => Promise<unknown>) {
  const { t } = useTranslation('settings');
  async function archive(entry: T, gone: boolean) {
    const after = await change(entry, { archived: gone });
    void refresh();
    if (gone) notifyUndo(t('archived', { name: entry.name }), () => change(after, { archived: false }).then(refresh));
  }
  return (entry: T, gone: boolean) => void archive(entry, gone).catch(notifyProblem);
}

/** What was archived, below what is in use. */
export function Archived<T extends Named>({ entries, mayWrite, restore }: { entries: readonly T[]; mayWrite: boolean; restore: (entry: T) => void }) {
  const { t } = useTranslation('settings');
  if (entries.length === 0) return null;
  return (
    <Part title={t('archive.part')}>
      <Rows label={t('archive.part')}>
        {entries.map((entry) => (
          <RowItem key={entry.id} faint title={entry.name} actions={mayWrite && (
            <Button variant="subtle" leftSection={<IconRestore size={15} />} onClick={() => restore(entry)}>{t('unarchive')}</Button>
          )} />
        ))}
      </Rows>
    </Part>
  );
}

interface FormProps {
  title: string;
  example: string;
  /** The present name, where there is one. */
  name: string | undefined;
  save: (name: string) => Promise<unknown>;
  close: () => void;
  children?: ReactNode;
}

/** The form of what has nothing but a name. */
export function NameForm({ title, example, name = '', save, close, children }: FormProps) {
  const { t } = useTranslation('settings');
  const form = useForm({ initialValues: { name } });
  const sending = useSubmit(form, async (body) => {
    await save(body.name);
    close();
  });
  return (
    <FormModal title={title} close={close} sending={sending}>
      <TextInput label={t('name')} required data-autofocus maxLength={100} placeholder={example} {...form.getInputProps('name')} />
      {children}
    </FormModal>
  );
}
