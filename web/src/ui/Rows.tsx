import type { ReactNode, Ref } from 'react';
import classes from './Rows.module.css';

/** Records below each other on a card: few, so that all are there at once. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return <ul className={classes.list} aria-label={label}>{children}</ul>;
}

interface Props {
  /** Before the name: a picture, a handle. */
  lead?: ReactNode;
  title: ReactNode;
  sub?: ReactNode;
  /** Between the name and what can be done. */
  children?: ReactNode;
  actions?: ReactNode;
  /** Opens it; the name is then a button. */
  open?: () => void;
  /** No longer in use. */
  faint?: boolean;
  ref?: Ref<HTMLLIElement>;
  /** Where a dragged row would be put. */
  over?: 'above' | 'below' | null;
  /** How far it is dragged from its place, in pixels. */
  shift?: number | null;
}

export function RowItem({ lead, title, sub, children, actions, open, faint, ref, over, shift }: Props) {
  const name = <span className={classes.title} dir="auto">{title}</span>;
  return (
    <li ref={ref} className={classes.row} data-over={over ?? undefined} data-dragged={shift != null || undefined} data-faint={faint || undefined} data-row
      style={shift == null ? undefined : { transform: `translateY(${shift}px)` }}>
      {lead && <div className={classes.lead}>{lead}</div>}
      <div className={classes.main}>
        {open ? <button type="button" className="tl-plain" onClick={open}>{name}</button> : name}
        {sub && <div className={classes.sub}>{sub}</div>}
      </div>
      {children && <div className={classes.facts}>{children}</div>}
      {actions && <div className={classes.actions}>{actions}</div>}
    </li>
  );
}
