import { number } from '@/ui/format';

/** A share of one as people read it; a dash where there is none. */
export function percent(share: number | null | undefined, digits = 0): string {
  return share == null ? '—' : number(share, { style: 'percent', maximumFractionDigits: digits });
}
