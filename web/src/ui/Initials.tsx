import classes from './Initials.module.css';

const HUES = [222, 262, 190, 150, 28, 340, 205, 95];

/** The same name has the same colour everywhere. */
export function hueOf(name: string): number {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return HUES[sum % HUES.length] ?? 222;
}

export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  const letters = chosen.map((word) => [...(word ?? '')].find((char) => /[\p{L}\p{N}]/u.test(char)) ?? '');
  return letters.join('').toLocaleUpperCase() || '?';
}

/** A person without a picture. The name stands beside it, so this says nothing to a screen reader. */
export function Initials({ name, size = 24 }: { name: string; size?: number }) {
  const style = { width: size, height: size, fontSize: Math.round(size * 0.4), '--hue': hueOf(name) } as React.CSSProperties;
  return <span className={classes.mark} style={style} aria-hidden>{initialsOf(name)}</span>;
}
