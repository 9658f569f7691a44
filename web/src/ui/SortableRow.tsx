import { ActionIcon } from '@mantine/core';
import { IconGripVertical } from '@tabler/icons-react';
import type { ComponentProps, KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { RowItem } from './Rows';
import { useSortable } from './useSortable';

interface Props extends Omit<ComponentProps<typeof RowItem>, 'lead'> {
  list: string;
  index: number;
  count: number;
  /** For the handle's name. */
  name: string;
  move: (from: number, to: number) => void;
}

/** A row that is dragged by its handle, or moved with the arrow keys while the handle has the focus. */
export function SortableRow({ list, index, count, name, move, ...row }: Props) {
  const { t } = useTranslation('ui');
  const sort = useSortable({ list, index, move });
  function key(event: KeyboardEvent) {
    const to = { ArrowUp: index - 1, ArrowDown: index + 1 }[event.key];
    if (to === undefined || to < 0 || to >= count) return;
    event.preventDefault();
    event.stopPropagation();
    move(index, to);
  }
  return (
    <RowItem {...row} ref={sort.row} over={sort.over} lead={(
      <ActionIcon ref={sort.handle} size="sm" style={{ cursor: 'grab' }} aria-label={t('sort.handle', { name, place: index + 1, count })} onKeyDown={key}>
        <IconGripVertical size={15} />
      </ActionIcon>
    )} />
  );
}
