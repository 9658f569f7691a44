import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { type Behind, useOpenBehind } from './behind';
import classes from './Funnel.module.css';

interface NumberProps {
  value: number;
  /** What is counted. */
  title: string;
  open: () => void;
  className?: string | undefined;
  /** Other words than the bare number. */
  children?: string | undefined;
}

/** A number that opens what it counts. */
export function NumberButton({ value, title, open, className, children }: NumberProps) {
  const { number } = useFormat();
  const text = children ?? number(value);
  if (value === 0) return <span className={className}>{text}</span>;
  return <button type="button" className={`${classes.number} ${className ?? ''}`} onClick={open} aria-label={`${title}: ${text}`}>{text}</button>;
}

type CountProps = Omit<Behind, 'count'> & Omit<NumberProps, 'open'>;

/** A number that opens the leads it counts. */
export function Count({ value, title, from, query, className, children }: CountProps) {
  const open = useOpenBehind();
  return <NumberButton value={value} title={title} className={className} open={() => open({ title, from, query, count: value })}>{children}</NumberButton>;
}

/** How much more or less it is than before: of shares in points, of other numbers in percent. */
export function Delta({ now, before, share, down }: { now: number | null | undefined; before: number | null | undefined; share?: boolean; down?: boolean }) {
  const { t } = useTranslation('funnel');
  const { number } = useFormat();
  if (now == null || before == null || (!share && before === 0)) return null;
  const change = share ? now - before : now / before - 1;
  const text = share ? t('points', { number: number(change * 100, { maximumFractionDigits: 1, signDisplay: 'exceptZero' }) })
    : number(change, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });
  const up = change > 0;
  const Mark = up ? IconArrowUpRight : IconArrowDownRight;
  const tone = Math.abs(change) < 0.0005 ? undefined : up === !down ? 'good' : 'bad';
  return <span className={classes.delta} data-tone={tone}>{tone && <Mark size={12} aria-hidden />}{text}</span>;
}
