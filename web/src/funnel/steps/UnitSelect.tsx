import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Ask, Query } from '../ask';

/** How long the parts are where they are periods. */
export function UnitSelect({ ask, set }: { ask: Ask; set: (changes: Query) => void }) {
  const { t } = useTranslation('funnel');
  return (
    <NativeSelect size="xs" aria-label={t('unit')} value={ask.unit} onChange={(event) => set({ unit: event.currentTarget.value })}
      data={['day', 'week', 'month'].map((value) => ({ value, label: t(`unit.${value}`) }))} />
  );
}
