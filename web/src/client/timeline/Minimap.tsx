import { Tooltip } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { endOf, months } from './months';
import classes from './Timeline.module.css';
import { useWholeLine } from './useTimeline';

const HEIGHT = 30;

/** The whole history at a glance, by month; a click goes there. */
export function Minimap({ id, jump }: { id: string; jump: (to: string | null) => void }) {
  const { t } = useTranslation('client');
  const { month: name } = useFormat();
  const { data } = useWholeLine(id);
  const all = useMemo(() => months(data?.entries ?? []), [data]);
  if (all.length < 2) return null;
  const most = Math.max(...all.map(({ online, offline }) => online + offline), 1);
  const size = (count: number) => (count === 0 ? 0 : Math.max(3, Math.round((count / most) * HEIGHT)));
  return (
    <nav className={classes.map} aria-label={t('map')}>
      {all.map(({ month, online, offline }, index) => {
        const text = `${name(`${month}-15`)}: ${t('map.count', { count: online + offline })}`;
        return (
          <Tooltip key={month} label={text} openDelay={0}>
            <button type="button" className={classes.month} aria-label={text} disabled={online + offline === 0} onClick={() => jump(index === all.length - 1 ? null : endOf(month))}>
              <span style={{ height: size(offline) }} data-offline />
              <span style={{ height: size(online) }} data-online />
            </button>
          </Tooltip>
        );
      })}
    </nav>
  );
}
