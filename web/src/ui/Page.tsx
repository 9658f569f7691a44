import type { ReactNode } from 'react';
import classes from './Page.module.css';

interface Props {
  children: ReactNode;
  /** Fills the window, so that a list or a board inside scrolls by itself. */
  full?: boolean;
}

export function Page({ children, full }: Props) {
  return <div className={classes.page} data-full={full || undefined}>{children}</div>;
}
