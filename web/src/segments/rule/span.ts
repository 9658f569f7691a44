export const UNITS = ['m', 'h', 'd', 'w'] as const;
export type Unit = (typeof UNITS)[number] | 's';

/** `30d` as a number and a unit. */
export function readSpan(value: unknown): { count: number | ''; unit: Unit } {
  const [, count, unit] = /^(\d+)([smhdw])$/.exec(String(value ?? '')) ?? [];
  return count ? { count: Number(count), unit: unit as Unit } : { count: '', unit: 'd' };
}

export function writeSpan(count: number | '', unit: Unit): string | undefined {
  return count === '' ? undefined : `${Math.round(count)}${unit}`;
}
