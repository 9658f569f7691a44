import { ActionIcon, Button, NativeSelect } from '@mantine/core';
import { IconArrowRight, IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { CHANNELS } from '@/ui/channels';
import classes from '../Funnel.module.css';
import { KINDS, MOST_STEPS, TOUCHES } from './journey';

interface Props {
  steps: readonly string[];
  stages: readonly { id: string; name: string }[];
  name: (step: string) => string;
  change: (steps: string[]) => void;
}

/** The steps in their order; each is a touchpoint or a stage. */
export function StepPicker({ steps, stages, name, change }: Props) {
  const { t } = useTranslation('funnel');
  const option = (value: string) => ({ value, label: name(value) });
  const data = [
    { group: t('journey.touches'), items: [...TOUCHES, ...CHANNELS.filter((channel) => channel !== 'note')].map(option) },
    { group: t('journey.outcomes'), items: KINDS.map(option) },
    { group: t('journey.stages'), items: stages.map(({ id }) => option(id)) },
  ];
  return (
    <ol className={classes.path} aria-label={t('journey.steps')}>
      {steps.map((step, index) => (
        <li key={index}>
          {index > 0 && <IconArrowRight size={14} aria-hidden />}
          <NativeSelect size="xs" maw={240} aria-label={t('journey.step', { place: index + 1 })} value={step} data={data}
            onChange={(event) => change(steps.map((old, place) => (place === index ? event.currentTarget.value : old)))} />
          {steps.length > 2 && (
            <ActionIcon size={24} aria-label={t('journey.remove', { name: name(step) })} onClick={() => change(steps.filter((_, place) => place !== index))}><IconX size={14} /></ActionIcon>
          )}
        </li>
      ))}
      {steps.length < MOST_STEPS && <li><Button variant="subtle" leftSection={<IconPlus size={14} />} onClick={() => change([...steps, 'won'])}>{t('journey.add')}</Button></li>}
    </ol>
  );
}
