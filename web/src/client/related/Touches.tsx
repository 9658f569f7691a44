import { Tooltip } from '@mantine/core';
import { IconTrophy } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { CHANNEL_ICONS } from '@/ui/channels';
import { useFormat } from '@/ui/format';
import { useWholeLine } from '../timeline/useTimeline';
import { touchesBefore } from './touches';
import classes from './Related.module.css';

/** The way to a won lead: every touch before it, in order. */
export function Touches({ lead }: { lead: Schemas['Lead'] }) {
  const { t } = useTranslation('client');
  const { dayAndTime, number } = useFormat();
  const { data } = useWholeLine(lead.contact_id);
  const steps = useMemo(() => touchesBefore(data?.entries ?? [], lead.closed_at ?? null), [data, lead.closed_at]);
  if (steps.length === 0) return null;
  return (
    <ol className={classes.path} aria-label={t('path')}>
      {steps.map(({ id, channel, online, count, at }) => {
        const Mark = CHANNEL_ICONS[channel];
        const text = `${t(`ui:channel.${channel}`)}${count > 1 ? ` × ${number(count)}` : ''}, ${dayAndTime(at)}`;
        return (
          <Tooltip key={id} label={text}>
            <li data-online={online || undefined}><Mark size={13} aria-hidden />{count > 1 && <sub aria-hidden>{count}</sub>}<span className="tl-hidden">{text}</span></li>
          </Tooltip>
        );
      })}
      <li data-won><IconTrophy size={13} aria-hidden /><span className="tl-hidden">{t('ui:kind.won')}</span></li>
    </ol>
  );
}
