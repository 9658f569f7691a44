import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { usePipelines, useUsers } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { useSample } from './sample/useSample';

export type StepName = 'pipeline' | 'clients' | 'website' | 'people';

/** What the stages of a new installation are called. */
const DEFAULT = ['New', 'Contacted', 'Qualified', 'Proposal', 'Won', 'Lost'];

async function rename(stages: readonly Schemas['Stage'][], names: readonly string[]) {
  for (const [at, { id }] of stages.entries()) {
    const { version } = await take(api.GET('/api/v1/stages/{id}', { params: { path: { id } } }));
    await take(api.PATCH('/api/v1/stages/{id}', { params: { path: { id }, header: ifMatch(version) }, body: { name: names[at] } }));
  }
  await queryClient.invalidateQueries({ queryKey: ['pipelines'] });
}

async function readState() {
  const [contacts, keys] = await Promise.all([
    take(api.GET('/api/v1/contacts', { params: { query: { limit: 1, total: true } } })),
    take(api.GET('/api/v1/api-keys', { params: { query: { limit: 200 } } })),
  ]);
  return { contacts: contacts.total ?? contacts.items.length, website: keys.items.some(({ scopes, revoked_at }) => !revoked_at && scopes.includes('ingest:write')) };
}

/** How far the installation is; nothing where it is past its beginning. */
export function useFirstSteps() {
  const { t, i18n } = useTranslation('setup');
  const users = useUsers();
  const { list, ready } = usePipelines();
  const { data } = useQuery({ queryKey: ['contacts', 'first-steps'], queryFn: readState });
  const sample = useSample();
  const stages = list[0]?.stages ?? [];
  const asDelivered = stages.length === DEFAULT.length && stages.every(({ name }, at) => name === DEFAULT[at]);
  const alone = users.list.length === 1;
  if (!data || !ready || users.list.length === 0) return null;
  // Those of the sample company are nobody's clients.
  const clients = data.contacts > (sample?.state === 'absent' ? 0 : sample?.contacts ?? 0);
  if (clients && !alone) return null;
  const names = DEFAULT.map((name) => t(`stage.${name}`));

  function translate() {
    rename(stages, names).then(() => notifyUndo(t('next.pipeline.done'), () => rename(stages, DEFAULT)), notifyProblem);
  }
  const steps: { name: StepName; done: boolean }[] = [
    { name: 'pipeline', done: !asDelivered },
    { name: 'clients', done: clients },
    { name: 'website', done: data.website },
    { name: 'people', done: !alone },
  ];
  return { list: steps, translate: asDelivered && i18n.language !== 'en' ? translate : undefined };
}
