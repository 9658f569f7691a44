import { useFormat } from '@/ui/format';
import classes from '../Imports.module.css';

export interface Count {
  name: string;
  value: number;
  tone?: 'good' | 'bad' | 'warn';
  /** Is left out where it is nought. */
  minor?: boolean;
}

export function Counts({ counts }: { counts: Count[] }) {
  const { number } = useFormat();
  return (
    <dl className={classes.counts}>
      {counts.filter(({ value, minor }) => !minor || value > 0).map(({ name, value, tone }) => (
        <div key={name} data-tone={value > 0 ? tone : undefined}><dt>{name}</dt><dd>{number(value)}</dd></div>
      ))}
    </dl>
  );
}
