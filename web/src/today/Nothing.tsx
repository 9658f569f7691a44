import { Button } from '@mantine/core';
import { IconSunHigh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/ui/EmptyState';
import { itemsOf } from './items';
import { useFoundToday } from './useToday';

export function Nothing() {
  const { t } = useTranslation('today');
  return <EmptyState icon={IconSunHigh} title={t('empty.title')} text={t('empty.text')} />;
}

/** Nothing of one's own; what colleagues have to do is one click away. */
export function NothingOwn({ visibility, see }: { visibility: 'all' | 'team'; see: () => void }) {
  const { t } = useTranslation('today');
  const others = useFoundToday(false);
  const count = itemsOf(others).length;
  if (!others.ready || count === 0) return <Nothing />;
  return (
    <EmptyState icon={IconSunHigh} title={t('empty.mine.title')} text={t(`empty.mine.text.${visibility}`, { count })}>
      <Button variant="default" onClick={see}>{t(`empty.mine.see.${visibility}`)}</Button>
    </EmptyState>
  );
}
