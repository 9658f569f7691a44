const two = (value: number) => String(value).padStart(2, '0');

function shifted(value: string, by: number): string {
  // An instant is the day that it is here.
  const bare = value.length === 10;
  const date = bare ? new Date(`${value}T12:00:00`) : new Date(Date.parse(value) + (by < 0 ? -1 : 0));
  if (bare) date.setDate(date.getDate() + by);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** People name the last day of a period, the API the one after it. */
export const lastDay = (end: string) => shifted(end, -1);
export const nextDay = (last: string) => shifted(last, 1);
