import { ActionIcon, Badge, Button, Menu } from '@mantine/core';
import { IconDots, IconPencil, IconPlus, IconRotate, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/auth/hooks';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { RowItem } from '@/ui/Rows';
import { moved, SortableRow, SortableRows } from '@/ui/SortableRow';
import { Frame, Part } from '../Frame';
import { Apply } from './Apply';
import { RuleForm } from './RuleForm';
import { KEY, readRules, restoreRules, type Rule, saveRules } from './rules';
import { TryOut } from './TryOut';
import { useRuleText } from './useRuleText';

export default function ChannelsPage() {
  const { t } = useTranslation('settings');
  const found = useQuery({ queryKey: KEY, queryFn: readRules });
  const mayWrite = useMay('settings:write');
  const [editing, setEditing] = useState<number | 'new' | null>(null);
  const textOf = useRuleText();
  const before = found.data;
  const rules = before?.rules ?? [];

  async function change(next: Rule[], told = t('ui:saved')) {
    if (!before) return;
    await saveRules(next, before.version);
    notifyUndo(told, () => restoreRules(before));
  }
  async function reset() {
    if (!before) return;
    await restoreRules({ ...before, published: true });
    notifyUndo(t('channel.reset.done'), () => restoreRules(before));
  }
  const tell = (work: Promise<unknown>) => void work.catch(notifyProblem);
  const menu = (rule: Rule, index: number) => (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon aria-label={t('actions', { name: `${index + 1}. ${rule.group}` })}><IconDots size={16} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setEditing(index)}>{t('ui:edit')}</Menu.Item>
        <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={() => tell(change(rules.filter((other) => other !== rule), t('deleted', { name: rule.group })))}>{t('ui:delete')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <Frame name="channels" found={found} note={before && <Badge variant="light" color="gray" c="var(--mantine-color-text)">{t(before.published ? 'channel.published' : 'channel.own')}</Badge>}
      actions={mayWrite && (
        <>
          {before && !before.published && <Button variant="default" leftSection={<IconRotate size={15} />} onClick={() => tell(reset())}>{t('channel.reset')}</Button>}
          <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>{t('channel.new')}</Button>
        </>
      )}>
      <TryOut />
      <Part title={t('channel.rules')}>
        <SortableRows label={t('channel.rules')} move={(from, to) => tell(change(moved(rules, from, to)))}>
          {rules.map((rule, index) => {
            const shown = { title: rule.group, sub: textOf(rule) };
            return mayWrite ? (
              <SortableRow key={index} index={index} count={rules.length} name={rule.group} open={() => setEditing(index)} actions={menu(rule, index)} {...shown} />
            ) : <RowItem key={index} {...shown} />;
          })}
        </SortableRows>
      </Part>
      {mayWrite && <Apply />}
      {editing !== null && (
        <RuleForm rule={editing === 'new' ? null : rules[editing] ?? null} close={() => setEditing(null)}
          save={(rule) => change(editing === 'new' ? [rule, ...rules] : rules.map((other, index) => (index === editing ? rule : other)))} />
      )}
    </Frame>
  );
}
