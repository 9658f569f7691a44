import type { Schemas } from '@/api/client';

const DAY = 86_400;

export interface Point {
  days: number;
  share: number | null;
  band: [number, number] | null;
  before: number | null;
}

/** The curves as steps by days, from all staying at the beginning on; with a former period's, each point has both. */
export function pointsOf(curve: readonly Schemas['SurvivalPoint'][], before: readonly Schemas['SurvivalPoint'][] = []): Point[] {
  const days = [...new Set([0, ...curve.map(({ seconds }) => seconds / DAY), ...before.map(({ seconds }) => seconds / DAY)])].sort((a, b) => a - b);
  const [own, other] = [follow(curve), before.length > 0 ? follow(before) : null];
  return days.map((day) => {
    const at = own(day);
    return { days: day, share: at?.survival ?? null, band: at && at.low != null && at.high != null ? [at.low, at.high] : null, before: other?.(day)?.survival ?? null };
  });
}

type At = Pick<Schemas['SurvivalPoint'], 'survival' | 'low' | 'high'>;

/** What a curve is at a time: its last step so far; nothing beyond its end. Asked in order. */
function follow(curve: readonly Schemas['SurvivalPoint'][]): (day: number) => At | null {
  let index = -1;
  const end = (curve.at(-1)?.seconds ?? 0) / DAY;
  return (day) => {
    if (day > end) return null;
    while (index + 1 < curve.length && (curve[index + 1]?.seconds ?? 0) / DAY <= day) index += 1;
    return curve[index] ?? { survival: 1, low: 1, high: 1 };
  };
}
