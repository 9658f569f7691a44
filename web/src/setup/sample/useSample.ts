import { useQuery } from '@tanstack/react-query';
import i18n from 'i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { notifyDone, notifyProblem, notifyUndo } from '@/ui/notify';

type Sample = Schemas['SampleData'];

const KEY = ['sample-data'];
const AGAIN_MS = 1500;
const isBusy = (sample: Sample | undefined) => sample?.state === 'making' || sample?.state === 'removing';

/** Whether there is a sample company; it is looked at again while it is being made or removed. */
export function useSample(): Sample | undefined {
  const { data } = useQuery({
    queryKey: KEY, enabled: useMay('sample-data:manage'),
    queryFn: () => take(api.GET('/api/v1/sample-data')),
    refetchInterval: ({ state }) => (isBusy(state.data) ? AGAIN_MS : false),
  });
  return data;
}

/** Until the answer comes, what is under way is shown. Everything on the screen may be another afterwards. */
async function during<T>(state: Sample['state'], work: () => Promise<T>): Promise<T> {
  await queryClient.cancelQueries({ queryKey: KEY });
  queryClient.setQueryData<Sample>(KEY, (before) => before && { ...before, state });
  return work().finally(() => queryClient.invalidateQueries());
}

const remove = () => during('removing', () => take(api.DELETE('/api/v1/sample-data')));

export async function makeSample() {
  await during('making', () => take(api.POST('/api/v1/sample-data'))).then(({ contacts }) => {
    notifyUndo(i18n.t('setup:sample.made', { count: contacts }), remove);
  }, notifyProblem);
}

/** Says what has stayed because something else depends on it. */
export async function removeSample() {
  const { left } = await remove();
  const stays = left.contacts + left.companies + left.pipelines + left.lost_reasons;
  notifyDone(stays === 0 ? i18n.t('setup:sample.removed') : i18n.t('setup:sample.left', { count: stays }));
}
