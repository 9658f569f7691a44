import { type ReactNode, useId } from 'react';
import classes from './Segments.module.css';

interface Props<V extends string> {
  label: string;
  value: V;
  change: (value: V) => void;
  data: readonly { value: V; label: ReactNode }[];
  size?: 'xs' | 'sm';
  className?: string;
  /** Somebody is about to choose. */
  near?: () => void;
}

/** One of a few, as Mantine's SegmentedControl; that measures itself, for which the whole page is laid out once more. */
export function Segments<V extends string>({ label, value, change, data, size = 'xs', className = '', near }: Props<V>) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className={`${classes.all} ${className}`} data-size={size} onPointerEnter={near} onFocus={near}>
      {data.map((one) => (
        <label key={one.value} data-on={one.value === value || undefined}>
          <input type="radio" name={name} value={one.value} checked={one.value === value} onChange={() => change(one.value)} />
          {one.label}
        </label>
      ))}
    </div>
  );
}
