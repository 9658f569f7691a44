import { prefs } from '@/app/prefs';

let found: string | undefined;

/** Asked once: it takes a while, and every line of a history wants it. */
export const browserZone = () => (found ??= Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The time zone in which times are shown and written. */
export const zone = () => prefs.get().zone || browserZone();

export function zoneNames(): string[] {
  const names = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [browserZone()];
  return names.includes('UTC') ? names : ['UTC', ...names];
}

const formats = new Map<string, Intl.DateTimeFormat>();

function parts(at: Date, timeZone: string): Record<string, string> {
  if (!formats.has(timeZone)) {
    formats.set(timeZone, new Intl.DateTimeFormat('en-CA', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    }));
  }
  const all = formats.get(timeZone)?.formatToParts(at) ?? [];
  return Object.fromEntries(all.map(({ type, value }) => [type, value]));
}

/** An instant as a `datetime-local` input has it, in the person's time zone. */
export function toLocal(at: Date, timeZone = zone()): string {
  const { year, month, day, hour, minute } = parts(at, timeZone);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

/** The instant at which the person's clock says `local`, such as `2026-03-01T09:00` or a day alone; invalid where it is none. */
export function fromLocal(local: string, timeZone = zone()): Date {
  const wanted = Date.parse(`${local.length === 10 ? `${local}T00:00` : local}Z`);
  if (Number.isNaN(wanted)) return new Date(Number.NaN);
  // Twice, since the first guess may stand on the other side of a change of the clock.
  let at = wanted;
  for (let tries = 0; tries < 2; tries += 1) at += wanted - shown(new Date(at), timeZone);
  return new Date(at);
}

function shown(at: Date, timeZone: string): number {
  const { year, month, day, hour, minute, second } = parts(at, timeZone);
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
