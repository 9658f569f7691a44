import { Button, Loader } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBuildingStore, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { Confirm } from '@/ui/Confirm';
import { useFormat } from '@/ui/format';
import classes from '../FirstSteps.module.css';
import { makeSample, removeSample, useSample } from './useSample';

/** A business to look around in, and its removal; nothing for whoever may not have it made. */
export function SampleRow() {
  const { t } = useTranslation('setup');
  const { day } = useFormat();
  const sample = useSample();
  const [asking, ask] = useDisclosure();
  if (!sample) return null;
  const { state, contacts, made_at } = sample;
  const busy = state === 'making' || state === 'removing';
  return (
    <div className={classes.step} data-sample={state}>
      <span className={classes.mark}>{busy ? <Loader size={16} aria-hidden /> : <IconBuildingStore size={16} stroke={1.7} aria-hidden />}</span>
      <div className={classes.text} role="status">
        <b>{t(`sample.${state}`)}</b>
        <span>{state === 'present' ? t('sample.present.text', { count: contacts, day: made_at ? day(made_at) : '' }) : t('sample.absent.text')}</span>
      </div>
      {state === 'absent' && <Button variant="light" leftSection={<IconPlus size={15} />} onClick={() => void makeSample()}>{t('sample.make')}</Button>}
      {state === 'present' && <Button variant="default" c="var(--tl-bad)" leftSection={<IconTrash size={15} />} onClick={ask.open}>{t('sample.remove')}</Button>}
      {asking && <Confirm title={t('sample.remove.title')} text={<Lost entered={sample.entered} />} action={t('sample.remove')} run={removeSample} close={ask.close} />}
    </div>
  );
}

/** What people entered about the sample's clients goes with them. */
function Lost({ entered }: { entered: Schemas['SampleCounts'] }) {
  const { t } = useTranslation('setup');
  const counts = (['leads', 'interactions', 'tasks'] as const).filter((kind) => entered[kind] > 0).map((kind) => t(`sample.entered.${kind}`, { count: entered[kind] }));
  return <>{t('sample.remove.text')} {counts.length > 0 && t('sample.entered', { what: counts.join(', ') })}</>;
}
