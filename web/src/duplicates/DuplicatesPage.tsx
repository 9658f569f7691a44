import { ActionIcon, Badge, Button, Group, Loader, Text } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconCopyCheck } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isTyping } from '@/app/useGoKeys';
import { EmptyState } from '@/ui/EmptyState';
import { ErrorState } from '@/ui/ErrorState';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { Compare } from './Compare';
import { type Duplicate, useDuplicates } from './data';
import classes from './Duplicates.module.css';

/** Pairs that may be one, looked at side by side one after the other. */
export default function DuplicatesPage() {
  const { t } = useTranslation('duplicates');
  const { pairs, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useDuplicates();
  const [at, setAt] = useState(0);
  const index = Math.min(at, pairs.length - 1);
  const pair = pairs[index];
  const walk = (step: number) => setAt(Math.max(0, Math.min(pairs.length - 1, index + step)));
  useWalkKeys(walk);
  const count = hasNextPage ? `${pairs.length}+` : String(pairs.length);
  return (
    <Page full>
      <PageHeader title={t('title')} note={pairs.length > 0 && t('count', { count: pairs.length, number: count })}>
        {pair && (
          <Group gap={4}>
            <Text size="sm" c="dimmed" className="tl-num">{t('place', { place: index + 1, number: count })}</Text>
            <ActionIcon aria-label={t('previous')} title={`${t('previous')} (k)`} disabled={index === 0} onClick={() => walk(-1)}><IconChevronUp size={17} /></ActionIcon>
            <ActionIcon aria-label={t('next')} title={`${t('next')} (j)`} disabled={index >= pairs.length - 1} onClick={() => walk(1)}><IconChevronDown size={17} /></ActionIcon>
          </Group>
        )}
      </PageHeader>
      {error && pairs.length === 0 && <ErrorState error={error} reset={() => void refetch()} />}
      {isPending && <Loader size="sm" m="xl" role="status" aria-label={t('ui:loading')} />}
      {!isPending && !error && pairs.length === 0 && <EmptyState icon={IconCopyCheck} title={t('empty.title')} text={t('empty.text')} />}
      {pair && (
        <div className={classes.columns}>
          <nav className={classes.list} aria-label={t('title')}>
            {pairs.map((one, place) => <PairButton key={one.id} pair={one} chosen={place === index} choose={() => setAt(place)} />)}
            {hasNextPage && <Button variant="subtle" fullWidth my={6} loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('more')}</Button>}
          </nav>
          <Compare key={pair.id} pair={pair} />
        </div>
      )}
    </Page>
  );
}

function PairButton({ pair, chosen, choose }: { pair: Duplicate; chosen: boolean; choose: () => void }) {
  const { t } = useTranslation('duplicates');
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (chosen) button.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const [first, second] = pair.contacts;
  return (
    <button ref={button} type="button" className={classes.pair} aria-current={chosen || undefined} onClick={choose}>
      <span className={classes.names}>
        <span className="tl-cut" dir="auto">{first?.display_name}</span>
        {second?.display_name !== first?.display_name && <span className="tl-cut" dir="auto">{second?.display_name}</span>}
      </span>
      <Score score={pair.score} />
      <span className={classes.reasons}>{pair.reasons.map(({ reason }) => t(`reason.${reason}`)).join(', ')}</span>
    </button>
  );
}

export function Score({ score }: { score: number }) {
  const { t } = useTranslation('duplicates');
  const sure = score >= 80;
  return <Badge variant="light" color={sure ? 'teal' : 'gray'} c={sure ? 'var(--tl-good)' : 'var(--mantine-color-text)'} aria-label={t('score', { score })} role="img">{score}</Badge>;
}

/** `j` and `k` go to the next and the former pair. */
function useWalkKeys(walk: (step: number) => void) {
  const now = useRef(walk);
  now.current = walk;
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { j: 1, k: -1 }[event.key];
      if (step) now.current(step);
    }
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
