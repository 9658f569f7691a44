import { IconListCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/auth/hooks';
import { PickMenu } from '@/ui/list/PickMenu';
import { useSegmentNames } from './data';
import { changeMembers } from './page/members';

const MOST = 1000;

/** Puts chosen contacts on one of the lists kept by hand; nothing where there is none. */
export function AddToList({ ids, done }: { ids: readonly string[]; done: () => void }) {
  const { t } = useTranslation('contacts');
  const mayWrite = useMay('segments:write');
  const lists = useSegmentNames().filter(({ kind }) => kind === 'static');
  if (!mayWrite || lists.length === 0 || ids.length > MOST) return null;
  return (
    <PickMenu label={t('list.add')} icon={<IconListCheck size={15} />} options={lists.map(({ id, name }) => ({ value: id, label: name }))}
      pick={(list) => void changeMembers(list, { add: [...ids] }).then(done)} />
  );
}
