/** Which part of a segment is looked at: everybody, or a side of a split that leaves so many percent out. */
export interface Split {
  percent: number;
  side: 'all' | 'target' | 'control';
}

export const EVERYBODY: Split = { percent: 10, side: 'all' };

export function splitQuery({ percent, side }: Split): { holdout?: number; side?: 'target' | 'control' } {
  return side === 'all' ? {} : { holdout: percent, side };
}
