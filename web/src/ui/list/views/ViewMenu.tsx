import { Button, Divider, Indicator, Popover, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconDeviceFloppy, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import { notifyDone, notifyProblem } from '@/ui/notify';
import { removeView, saveView, type Words } from './save';
import { ViewForm, type ViewValues } from './ViewForm';
import { ViewLine } from './ViewLine';
import { createView, type ListName, useMayChange, type View } from './useViews';

interface Props {
  list: ListName;
  views: readonly View[];
  /** The one that is shown, with or without changes. */
  view: View | undefined;
  /** What the list shows now. */
  now: Pick<View, 'filter' | 'sort' | 'columns'>;
  changed: boolean;
  words: Words;
  open: (view: View | null) => void;
}

/** What somebody comes back to: their own views, and those that others share with their role. */
export function ViewMenu({ list, views, view, now, changed, words, open }: Props) {
  const { t } = useTranslation('ui');
  const { user } = useMe();
  const mayChange = useMayChange();
  const [opened, { toggle, close }] = useDisclosure();
  const [form, setForm] = useState<View | 'new' | null>(null);
  const groups = [
    { name: 'own', list: views.filter(({ owner_id }) => owner_id === user.id) },
    { name: 'others', list: views.filter(({ owner_id }) => owner_id !== user.id) },
  ].filter((group) => group.list.length > 0);

  async function save(values: ViewValues) {
    if (form === 'new') {
      const made = await createView({ list, ...values, ...now });
      notifyDone(t('views.saved', { name: made.name }));
      return open(made);
    }
    if (!form) return;
    const changes = {
      ...(values.name === form.name ? {} : { name: values.name }),
      ...(values.shared_with.toSorted().join() === form.shared_with.toSorted().join() ? {} : { shared_with: values.shared_with }),
    };
    if (Object.keys(changes).length > 0) await saveView(form, changes, words);
  }
  function remove(one: View) {
    void removeView(one).then((gone) => gone && one === view && open(null));
  }
  const then = (work: () => void) => () => { close(); work(); };
  return (
    <>
      <Popover opened={opened} onChange={close} position="bottom-end" width={310} trapFocus>
        <Indicator disabled={!changed} size={8} color="iris">
          <Popover.Target>
            <Button variant="default" leftSection={<IconBookmark size={15} />} onClick={toggle} aria-expanded={opened} maw={200} {...(view && changed ? { 'aria-label': t('views.changed', { name: view.name }) } : {})}>{view?.name ?? t('views')}</Button>
          </Popover.Target>
        </Indicator>
        <Popover.Dropdown mah={460} style={{ overflowY: 'auto' }}>
          <Stack gap={4}>
            {views.length === 0 && <Text size="xs" c="dimmed">{t('views.none')}</Text>}
            {view && <Button variant="subtle" color="gray" justify="start" onClick={then(() => open(null))}>{t('views.leave')}</Button>}
            {groups.map((group) => (
              <section key={group.name} aria-label={t(`views.${group.name}`)}>
                <Text size="xs" c="dimmed" fw={600} px={4} py={4}>{t(`views.${group.name}`)}</Text>
                {group.list.map((one) => (
                  <ViewLine key={one.id} view={one} current={one === view} open={then(() => open(one))} {...(mayChange(one) ? { edit: then(() => setForm(one)), remove: () => remove(one) } : {})} />
                ))}
              </section>
            ))}
            <Divider my={4} />
            {view && changed && mayChange(view) && (
              <Button variant="light" leftSection={<IconDeviceFloppy size={15} />} onClick={then(() => void saveView(view, now, words).catch(notifyProblem))}>{t('views.update', { name: view.name })}</Button>
            )}
            <Button variant="default" leftSection={<IconPlus size={15} />} onClick={then(() => setForm('new'))}>{t('views.save')}</Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {form && (
        <ViewForm title={form === 'new' ? t('views.save') : t('views.edit', { name: form.name })} close={() => setForm(null)} save={save}
          first={form === 'new' ? { name: '', shared_with: [] } : { name: form.name, shared_with: form.shared_with }} />
      )}
    </>
  );
}
