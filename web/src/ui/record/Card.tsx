import type { ReactNode } from 'react';
import classes from './Record.module.css';

export function Card({ title, note, children }: { title: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.card} aria-label={title}>
      <h2 className={classes.title}>{title}<small>{note}</small></h2>
      {children}
    </section>
  );
}
