import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import type { Client } from '../useClient';
import classes from './Minimap.module.css';
import { countOf, everyMonth, lastDay, type Month, stepTo } from './months';

const HEIGHT = 30;
const KINDS = ['other', 'offline', 'online'] as const;

interface Props {
  months: readonly Month[];
  /** Before which instant the line is shown; `null` for all of it. */
  at: string | null;
  jump: (to: string | null) => void;
}

/** The place of the map of a history of more than one month, so that nothing moves when it comes. */
export function MinimapSpace({ client: { first_touch: first, last_touch: last } }: { client: Client }) {
  return first && last && first.at.slice(0, 7) !== last.at.slice(0, 7) && <MapSpace />;
}

export function MapSpace() {
  return <div className={classes.map} aria-hidden><div className={classes.bars} /><div className={classes.foot}>&nbsp;</div></div>;
}

/** The whole history at a glance, by month. A click goes there; so do the arrow keys and Enter. */
export function Minimap({ months, at, jump }: Props) {
  const { t } = useTranslation('client');
  const { month: name, number } = useFormat();
  const all = useMemo(() => everyMonth(months), [months]);
  const [shown, setShown] = useState<Month | null>(null);
  const bars = useRef<HTMLDivElement>(null);
  const newest = stepTo(all, all.length, -1);
  const here = at === null ? newest : all.findIndex(({ month }) => month === lastDay(at).slice(0, 7));
  useEffect(() => {
    // The newest stand on the right; what is older is scrolled to.
    bars.current?.scrollTo({ left: bars.current.scrollWidth });
  }, [all.length]);
  if (all.length < 2) return null;

  const most = Math.max(...all.map(countOf), 1);
  const size = (count: number) => (count === 0 ? 0 : Math.max(3, Math.round((count / most) * HEIGHT)));
  const title = (month: string) => name(`${month}-15`);
  const text = (one: Month) => `${title(one.month)}: ${KINDS.filter((kind) => one[kind] > 0).toReversed().map((kind) => t(`map.${kind}`, { count: one[kind], number: number(one[kind]) })).join(', ') || t('map.nothing')}`;
  function pressed(event: KeyboardEvent, index: number) {
    const next = { ArrowRight: stepTo(all, index, 1), ArrowLeft: stepTo(all, index, -1), Home: stepTo(all, -1, 1), End: newest }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    bars.current?.querySelectorAll('button')[next]?.focus();
  }
  return (
    <nav className={classes.map} aria-label={t('map')} onMouseLeave={() => setShown(null)} onBlur={() => setShown(null)}>
      <div className={classes.bars} ref={bars}>
        {all.map((one, index) => (
          <button key={one.month} type="button" className={classes.month} aria-label={text(one)} aria-disabled={countOf(one) === 0 || undefined} tabIndex={index === Math.max(here, 0) ? 0 : -1}
            aria-current={(at !== null && index === here) || undefined} data-empty={countOf(one) === 0 || undefined}
            onMouseEnter={() => setShown(one)} onFocus={() => setShown(one)} onKeyDown={(event) => pressed(event, index)}
            onClick={() => one.to !== undefined && jump(index === newest ? null : one.to)}>
            {KINDS.map((kind) => <span key={kind} style={{ height: size(one[kind]) }} data-kind={kind} />)}
          </button>
        ))}
      </div>
      <div className={classes.foot} aria-hidden>
        <span>{shown ? text(shown) : `${title(all[0]?.month ?? '')} – ${title(all.at(-1)?.month ?? '')}`}</span>
        <span className={classes.legend}>{KINDS.toReversed().map((kind) => <span key={kind} data-kind={kind}>{t(`map.kind.${kind}`)}</span>)}</span>
      </div>
    </nav>
  );
}
