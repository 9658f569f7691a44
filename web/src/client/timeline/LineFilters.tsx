import { Button } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Channel } from '@/ui/channels';
import { menuLater } from '@/ui/menu/later';
import { Segments } from '@/ui/Segments';
import { fromLocal } from '@/ui/zone';
import { lastDay } from './months';
import classes from './Timeline.module.css';
import type { LineFilter } from './useTimeline';

const LAST_MINUTE_MS = 59_999;
const Items = menuLater(async () => (await import('./FilterItems')).FilterItems, {
  closeOnItemClick: false, position: 'bottom-start', width: 220, styles: { dropdown: { maxHeight: 420, overflowY: 'auto' } },
});

interface Props {
  /** Those that there is something of. */
  channels: readonly Channel[];
  /** The month in which it begins. */
  first?: string;
  filter: LineFilter;
  change: (filter: LineFilter) => void;
}

export function LineFilters({ channels, first, filter, change }: Props) {
  const { t } = useTranslation('client');
  const count = filter.channels.length + filter.types.length;
  return (
    <div className={classes.filters}>
      <Segments label={t('where.touched')} value={filter.online} change={(online) => change({ ...filter, online })}
        data={[{ value: '', label: t('all') }, { value: 'true', label: t('ui:online') }, { value: 'false', label: t('ui:offline') }]} />
      <Items channels={channels} filter={filter} change={change}
        target={<Button variant={count ? 'light' : 'default'} leftSection={<IconFilter size={15} />}>{t('ui:filter')}{count > 0 && ` · ${count}`}</Button>} />
      <input type="date" className="tl-input" aria-label={t('jump')} title={t('jump')} value={filter.to ? lastDay(filter.to) : ''} min={first && `${first}-01`}
        onChange={(event) => change({ ...filter, to: event.currentTarget.value ? endOfDay(event.currentTarget.value) : null })} />
    </div>
  );
}

function endOfDay(day: string): string | null {
  const end = new Date(fromLocal(`${day}T23:59`).getTime() + LAST_MINUTE_MS);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}
