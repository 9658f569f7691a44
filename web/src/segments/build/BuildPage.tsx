import { Loader } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { ErrorState } from '@/ui/ErrorState';
import { useSegment } from '../data';
import { Build } from './Build';

const [fresh, edit] = [getRouteApi('/shell/segments/new'), getRouteApi('/shell/segments/$id/rule')];

/** A rule from nothing, or from a group of the RFM report. */
export function NewSegmentPage() {
  const { rfm } = fresh.useSearch();
  const first = useMemo(() => (rfm ? { all: [{ rfm: { group: [rfm] } }] } : null), [rfm]);
  return <Build key={rfm ?? ''} segment={null} first={first} />;
}

export function EditSegmentPage() {
  const { id } = edit.useParams();
  const { data, error, refetch } = useSegment(id);
  if (!data) return error ? <ErrorState error={error} reset={() => void refetch()} /> : <Loader m="xl" size="sm" />;
  return <Build key={id} segment={data} first={null} />;
}
