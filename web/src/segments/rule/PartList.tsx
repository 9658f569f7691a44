import { ActionIcon, Button, Group, Menu, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Fault, useTold } from './faults';
import type { Piece } from './model';
import { PartInput } from './PartInput';
import { type Part, pathOf, valueOf, withPart } from './parts';
import classes from './Rule.module.css';

interface Props {
  node: Piece;
  /** What the parts stand in: `touchpoints`, `leads`, `rfm`. */
  head: string;
  parts: readonly Part[];
  path: string;
  change: (node: Piece) => void;
  /** What is said where a condition is not narrowed at all. */
  whole?: string;
  /** The path is already that of what the parts stand in. */
  plain?: boolean;
  /** What the menu of further parts is called. */
  more?: string;
}

/** What narrows a condition, each part on a line of its own; more are chosen from a menu. */
export function PartList({ node, head, parts, path, change, whole, plain, more }: Props) {
  const { t } = useTranslation('segments');
  const { readOnly } = useTold();
  // A part that was chosen and has no value yet is in no rule.
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const given = (part: Part) => valueOf(node, head, part) !== undefined;
  const shown = parts.filter((part) => given(part) || opened.has(part.key));
  const free = parts.filter((part) => !shown.includes(part));
  const open = (key: string, on: boolean) => setOpened((before) => new Set(on ? [...before, key] : [...before].filter((other) => other !== key)));
  function add(part: Part) {
    open(part.key, true);
    if (part.first !== undefined) change(withPart(node, head, part, part.first));
  }
  function remove(part: Part) {
    open(part.key, false);
    change(withPart(node, head, part, undefined));
  }
  return (
    <div className={classes.parts}>
      {shown.map((part) => {
        const [label, place] = [t(`part.${part.key}`), plain ? `${path}.${part.key}` : pathOf(path, head, part)];
        return (
          <div key={part.key} className={classes.part}>
            <span className={classes.partName}>{label}</span>
            <div>
              <Group gap={6} wrap="nowrap" align="start">
                <Group gap={6} flex={1} miw={0}><PartInput entry={part.entry} label={label} path={place} value={valueOf(node, head, part)}
                  change={(value) => { open(part.key, true); change(withPart(node, head, part, value)); }} /></Group>
                {!readOnly && <ActionIcon size="sm" mt={4} aria-label={t('part.remove', { name: label })} onClick={() => remove(part)}><IconX size={13} /></ActionIcon>}
              </Group>
              <Fault path={place} />
            </div>
          </div>
        );
      })}
      {shown.length === 0 && whole && <Text size="xs" c="dimmed">{whole}</Text>}
      {!readOnly && free.length > 0 && (
        <Menu position="bottom-start" width={230}>
          <Menu.Target><Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} style={{ justifySelf: 'start' }}>{more ?? t('narrow')}</Button></Menu.Target>
          <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
            {free.map((part) => <Menu.Item key={part.key} onClick={() => add(part)}>{t(`part.${part.key}`)}</Menu.Item>)}
          </Menu.Dropdown>
        </Menu>
      )}
    </div>
  );
}
