import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useUsers } from '@/app/lookups';

/** Whose: the reader's own, nobody's, or somebody's. A shared view with `me` shows each person their own. */
export function useOwnerOptions(): { value: string; label: string }[] {
  const { t } = useTranslation('ui');
  const { list } = useUsers();
  return useMemo(() => [{ value: 'me', label: t('me') }, { value: 'none', label: t('nobody') }, ...list.map(({ id, name }) => ({ value: id, label: name }))], [t, list]);
}
