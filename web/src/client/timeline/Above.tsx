import { memo } from 'react';
import type { Client } from '../useClient';
import { Jumped } from './Jumped';
import { LineFilters } from './LineFilters';
import { Minimap, MinimapSpace } from './Minimap';
import { type LineFilter, useMonths } from './useTimeline';

interface Props {
  client: Client;
  filter: LineFilter;
  change: (filter: LineFilter) => void;
}

/** The map and the filters of a line; what they learn later draws no line anew. */
export const Above = memo(function Above({ client, filter, change }: Props) {
  const months = useMonths(client.contact.id, filter);
  const jump = (to: string | null) => change({ ...filter, to });
  return (
    <>
      {months ? <Minimap months={months} at={filter.to} jump={jump} /> : <MinimapSpace client={client} />}
      <LineFilters channels={client.channels.map(({ channel }) => channel)} {...(months?.[0] ? { first: months[0].month } : {})} filter={filter} change={change} />
      <Jumped to={filter.to} back={() => jump(null)} />
    </>
  );
});
