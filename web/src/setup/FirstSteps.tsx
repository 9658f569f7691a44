import { Button, CloseButton, Group, Progress, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconArrowRight, IconBrowser, IconCheck, IconFileImport, IconStairs, IconUserPlus, IconUsersPlus, type Icon } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import classes from './FirstSteps.module.css';
import { SampleRow } from './sample/SampleRow';
import { useFirstSteps, type StepName } from './useFirstSteps';

const LOOKS: Record<StepName, { icon: Icon; to: string }> = {
  pipeline: { icon: IconStairs, to: '/settings/pipelines' },
  clients: { icon: IconFileImport, to: '/imports' },
  website: { icon: IconBrowser, to: '/settings/websites' },
  people: { icon: IconUsersPlus, to: '/settings/users' },
};

/** What an administrator does first on an empty installation; goes by itself when it is done. */
export default function FirstSteps() {
  const { t } = useTranslation('setup');
  const steps = useFirstSteps();
  const [hidden, hide] = useLocalStorage({ key: 'touchline.first-steps.hidden', defaultValue: false, getInitialValueInEffect: false });
  if (!steps || hidden) return null;
  const done = steps.list.filter((step) => step.done).length;
  return (
    <section className={classes.card} aria-labelledby="first-steps">
      <Group justify="space-between" wrap="nowrap" align="start">
        <div>
          <h2 id="first-steps" className={classes.title}>{t('next.title')}</h2>
          <Text size="sm" c="dimmed">{t('next.text', { done, count: steps.list.length })}</Text>
        </div>
        <CloseButton aria-label={t('next.hide')} onClick={() => hide(true)} />
      </Group>
      <Progress value={(done / steps.list.length) * 100} size="xs" my="md" aria-label={t('next.text', { done, count: steps.list.length })} />
      <ol className={classes.list}>
        {steps.list.map((step) => {
          const { icon: Mark, to } = LOOKS[step.name];
          return (
            <li key={step.name} className={classes.step} data-done={step.done || undefined}>
              <span className={classes.mark}>{step.done ? <IconCheck size={16} aria-label={t('next.done')} role="img" /> : <Mark size={16} stroke={1.7} aria-hidden />}</span>
              <div className={classes.text}>
                <b>{t(`next.${step.name}`)}</b>
                <span>{t(`next.${step.name}.text`)}</span>
              </div>
              <Group gap="xs">
                {step.name === 'pipeline' && steps.translate && <Button variant="light" onClick={steps.translate}>{t('next.pipeline.translate')}</Button>}
                {step.name === 'clients' && <Button component={Link} to="/contacts" variant="subtle" leftSection={<IconUserPlus size={15} />}>{t('next.clients.one')}</Button>}
                <Button component={Link} to={to} variant={step.done ? 'subtle' : 'default'} rightSection={<IconArrowRight size={14} />}>{t(`next.${step.name}.go`)}</Button>
              </Group>
            </li>
          );
        })}
      </ol>
      <SampleRow />
    </section>
  );
}
