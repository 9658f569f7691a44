import { Tooltip } from '@mantine/core';
import { useFormat } from './format';

/** How long ago, with the exact time on hover. */
export function When({ at }: { at: string }) {
  const { relative, dayAndTime } = useFormat();
  return (
    <Tooltip label={dayAndTime(at)}>
      <time dateTime={at}>{relative(at)}</time>
    </Tooltip>
  );
}
