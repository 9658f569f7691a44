import { ActionIcon, Group, Text } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from '@/app/useStore';
import { isTyping } from '@/app/useGoKeys';
import { useFormat } from '@/ui/format';
import { stepsFrom, type Stop, walk } from '@/ui/list/walk';

const route = getRouteApi('/shell/contacts/$id');

/** To the next or previous client of the list that this one was opened from, also by Shift with J and K. */
export function Steps() {
  const { t } = useTranslation('client');
  const { number } = useFormat();
  const navigate = useNavigate();
  const { id } = route.useParams();
  const { lead } = route.useSearch();
  const steps = stepsFrom(useStore(walk), id, lead);
  const go = useCallback((stop: Stop | undefined) => {
    if (stop) void navigate({ to: '/contacts/$id', params: { id: stop.id }, search: stop.lead ? { lead: stop.lead } : {} });
  }, [navigate]);
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      if (!event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      // By the place of the key, so that it works in every layout.
      const stop = { KeyJ: steps?.after, KeyK: steps?.before }[event.code];
      if (!stop) return;
      event.preventDefault();
      go(stop);
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [steps, go]);
  if (!steps) return null;
  return (
    <Group gap={2} wrap="nowrap" role="group" aria-label={t('steps')}>
      <Text size="xs" c="dimmed" className="tl-num" mr={4} style={{ whiteSpace: 'nowrap' }}>{t('steps.place', { place: number(steps.place), count: number(steps.count) })}</Text>
      <Step label={t('steps.before')} keys="⇧K" stop={steps.before} go={go}><IconChevronUp size={17} /></Step>
      <Step label={t('steps.after')} keys="⇧J" stop={steps.after} go={go}><IconChevronDown size={17} /></Step>
    </Group>
  );
}

interface StepProps {
  label: string;
  keys: string;
  stop: Stop | undefined;
  go: (stop: Stop | undefined) => void;
  children: React.ReactNode;
}

function Step({ label, keys, stop, go, children }: StepProps) {
  return (
    <ActionIcon title={`${label} (${keys})`} variant="default" size="lg" aria-label={label} aria-keyshortcuts={keys === '⇧J' ? 'Shift+J' : 'Shift+K'} disabled={!stop} onClick={() => go(stop)}>{children}</ActionIcon>
  );
}
