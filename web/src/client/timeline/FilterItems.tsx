import { Menu } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type Channel, CHANNEL_ICONS } from '@/ui/channels';
import type { LineFilter } from './useTimeline';

const TYPES = ['interaction', 'note', 'task', 'stage_move', 'change'];
const flip = (list: string[], value: string) => (list.includes(value) ? list.filter((other) => other !== value) : [...list, value]);

interface Props {
  channels: readonly Channel[];
  filter: LineFilter;
  change: (filter: LineFilter) => void;
}

/** Which kinds of entries and which channels the line shows. */
export function FilterItems({ channels, filter, change }: Props) {
  const { t } = useTranslation('client');
  return (
    <>
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
    </>
  );
}
