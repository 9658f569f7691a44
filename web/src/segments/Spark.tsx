/** How a number went, small beside it. The number itself is said elsewhere. */
export function Spark({ values, width = 72, height = 20 }: { values: readonly number[]; width?: number; height?: number }) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (values.length < 2) return null;
  const x = (index: number) => (index / (values.length - 1)) * (width - 2) + 1;
  const y = (value: number) => (most === least ? height / 2 : height - 2 - ((value - least) / (most - least)) * (height - 4));
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return <svg width={width} height={height} aria-hidden><polyline points={points} fill="none" stroke="var(--tl-accent)" strokeWidth="1.5" strokeLinejoin="round" /></svg>;
}
