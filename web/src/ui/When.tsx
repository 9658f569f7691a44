import { useFormat } from './format';

/** How long ago, with the exact time on hover. Lists have hundreds of these: the browser's own hint costs nothing. */
export function When({ at }: { at: string }) {
  const { relative, dayAndTime } = useFormat();
  return <time dateTime={at} title={dayAndTime(at)}>{relative(at)}</time>;
}
