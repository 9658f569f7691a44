import { Button } from '@mantine/core';
import { IconPlus, IconThumbDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { EmptyState } from '@/ui/EmptyState';
import { notifyProblem } from '@/ui/notify';
import { RowItem } from '@/ui/Rows';
import { moved, SortableRow, SortableRows } from '@/ui/SortableRow';
import { Archived, EntryMenu, NameForm, useArchive } from '../Entries';
import { Frame } from '../Frame';
import { saveSetting } from '../save';

type Reason = Schemas['LostReason'];
const KEY = ['lost-reasons'];

async function change(reason: Reason, body: Schemas['LostReasonPatch']): Promise<Reason> {
  return take(api.PATCH('/api/v1/lost-reasons/{id}', { params: { path: { id: reason.id }, header: ifMatch(reason.version) }, body }));
}

const rename = (base: Reason, changes: Partial<Reason>, label: string) => saveSetting<Reason>({
  base, changes, label: () => label,
  latest: () => take(api.GET('/api/v1/lost-reasons/{id}', { params: { path: { id: base.id } } })),
  save: (body, version) => change({ ...base, version }, body),
});

const refresh = () => queryClient.invalidateQueries({ queryKey: KEY });

/** Each reason's place is its own number: those whose place changes are told theirs. */
async function order(reasons: Reason[]) {
  const misplaced = reasons.map((reason, position) => ({ reason, position })).filter(({ reason, position }) => reason.position !== position);
  queryClient.setQueryData<{ items: Reason[] }>(KEY, (before) => before && { ...before, items: [...reasons, ...before.items.filter(({ archived_at }) => archived_at)] });
  for (const { reason, position } of misplaced) await change(reason, { position });
}

export default function LostReasonsPage() {
  const { t } = useTranslation('settings');
  const found = useQuery({ queryKey: KEY, queryFn: () => take(api.GET('/api/v1/lost-reasons')) });
  const [editing, setEditing] = useState<Reason | 'new' | null>(null);
  const mayWrite = useMay('settings:write');
  const reasons = found.data?.items.filter(({ archived_at }) => !archived_at) ?? [];
  const archived = found.data?.items.filter(({ archived_at }) => archived_at) ?? [];
  const move = (from: number, to: number) => void order(moved(reasons, from, to)).catch(notifyProblem).finally(refresh);

  const archive = useArchive(change, refresh);
  const menu = (reason: Reason) => mayWrite && <EntryMenu name={reason.name} rename={() => setEditing(reason)} archive={() => archive(reason, true)} />;
  return (
    <Frame name="lost-reasons" found={found} actions={mayWrite && <Button leftSection={<IconPlus size={15} />} onClick={() => setEditing('new')}>{t('reason.new')}</Button>}>
      {reasons.length === 0 ? <EmptyState icon={IconThumbDown} title={t('reason.empty.title')} text={t('reason.empty.text')} /> : (
        <SortableRows label={t('page.lost-reasons')} move={move}>
          {reasons.map((reason, index) => (mayWrite
            ? <SortableRow key={reason.id} index={index} count={reasons.length} name={reason.name} title={reason.name} open={() => setEditing(reason)} actions={menu(reason)} />
            : <RowItem key={reason.id} title={reason.name} />))}
        </SortableRows>
      )}
      <Archived entries={archived} mayWrite={mayWrite} restore={(reason) => archive(reason, false)} />
      {editing && <ReasonForm reason={editing === 'new' ? null : editing} close={() => setEditing(null)} />}
    </Frame>
  );
}

function ReasonForm({ reason, close }: { reason: Reason | null; close: () => void }) {
  const { t } = useTranslation('settings');
  const save = async (name: string) => {
    await (reason ? rename(reason, { name }, t('name')) : take(api.POST('/api/v1/lost-reasons', { body: { name } })));
    void refresh();
  };
  return <NameForm title={t(reason ? 'rename' : 'reason.new')} name={reason?.name} example={t('reason.example')} save={save} close={close} />;
}
