import { Button, Group, Menu, SegmentedControl, TextInput } from '@mantine/core';
import { IconCheck, IconFilter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Channel, CHANNEL_ICONS } from '@/ui/channels';
import { fromLocal } from '@/ui/zone';
import { lastDay } from './months';
import type { LineFilter } from './useTimeline';

const LAST_MINUTE_MS = 59_999;
const TYPES = ['interaction', 'note', 'task', 'stage_move', 'change'];

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
  const flip = (list: string[], value: string) => (list.includes(value) ? list.filter((other) => other !== value) : [...list, value]);
  const count = filter.channels.length + filter.types.length;
  return (
    <Group gap="xs" mb="xs">
      <SegmentedControl size="xs" value={filter.online} onChange={(online) => change({ ...filter, online: online as LineFilter['online'] })} aria-label={t('where.touched')}
        data={[{ value: '', label: t('all') }, { value: 'true', label: t('ui:online') }, { value: 'false', label: t('ui:offline') }]} />
      <Menu closeOnItemClick={false} position="bottom-start" width={220}>
        <Menu.Target><Button variant={count ? 'light' : 'default'} leftSection={<IconFilter size={15} />}>{t('ui:filter')}{count > 0 && ` · ${count}`}</Button></Menu.Target>
        <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
          <Menu.Label>{t('type')}</Menu.Label>
          {TYPES.map((type) => (
            <Menu.Item key={type} rightSection={filter.types.includes(type) && <IconCheck size={14} />} onClick={() => change({ ...filter, types: flip(filter.types, type) })}>{t(`type.${type}`)}</Menu.Item>
          ))}
          {channels.length > 0 && <Menu.Label>{t('channel')}</Menu.Label>}
          {[...new Set(channels)].map((channel) => {
            const Mark = CHANNEL_ICONS[channel];
            return (
              <Menu.Item key={channel} leftSection={<Mark size={15} />} rightSection={filter.channels.includes(channel) && <IconCheck size={14} />}
                onClick={() => change({ ...filter, channels: flip(filter.channels, channel) })}>{t(`ui:channel.${channel}`)}</Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
      <TextInput type="date" size="xs" ml="auto" aria-label={t('jump')} title={t('jump')} value={filter.to ? lastDay(filter.to) : ''} min={first && `${first}-01`}
        onChange={(event) => change({ ...filter, to: event.currentTarget.value ? endOfDay(event.currentTarget.value) : null })} />
    </Group>
  );
}

function endOfDay(day: string): string | null {
  const end = new Date(fromLocal(`${day}T23:59`).getTime() + LAST_MINUTE_MS);
  return Number.isNaN(end.getTime()) ? null : end.toISOString();
}
