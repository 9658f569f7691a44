import { Loader, SegmentedControl, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useMe } from '@/auth/hooks';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import { type Stop, walk } from '@/ui/list/walk';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { useRowKeys } from '@/ui/table/useRowKeys';
import { dismissReply } from './dismiss';
import { type Item, itemsOf, type Part, PARTS } from './items';
import { Nothing, NothingOwn } from './Nothing';
import { TodayRow } from './TodayRow';
import classes from './Today.module.css';
import { useToday } from './useToday';

const FirstSteps = lazy(() => import('@/setup/FirstSteps'));

export default function TodayPage() {
  const { t } = useTranslation('today');
  const { day, number } = useFormat();
  const { visibility } = useMe();
  const [whose, setWhose] = useLocalStorage({ key: 'touchline.today', defaultValue: 'mine', getInitialValueInEffect: false });
  const navigate = useNavigate();
  const today = useToday(whose === 'mine');
  // All at once: rows that come later would push away what somebody is about to press.
  const items = useMemo(() => (today.ready || today.error ? itemsOf(today) : []), [today]);
  const open = useCallback((item: Item) => void navigate({ to: '/contacts/$id', params: { id: item.contactId } }), [navigate]);
  const show = useCallback((index: number) => document.querySelectorAll('[data-row]')[index]?.scrollIntoView({ block: 'nearest' }), []);
  useEffect(() => walk.set(items.map(stopOf)), [items]);
  const mayInvite = useMay('users:manage');
  const mayTouch = useMay('interactions:write');
  const dismiss = useCallback((item: Item) => void (mayTouch && item.kind === 'reply' && dismissReply(item.reply, item.name ?? '…')), [mayTouch]);
  const active = useRowKeys({ rows: items, open, show, dismiss });
  const totals: Partial<Record<Part, number>> = { stale: today.staleTotal, replies: today.repliesTotal };
  return (
    <Page>
      <PageHeader title={t('title')} note={day(new Date())}>
        {visibility !== 'own' && (
          <SegmentedControl size="xs" value={whose} onChange={setWhose} aria-label={t('whose')}
            data={[{ value: 'mine', label: t('mine') }, { value: 'all', label: t(`everyone.${visibility}`) }]} />
        )}
      </PageHeader>
      {mayInvite && <Suspense><FirstSteps /></Suspense>}
      {today.error && items.length === 0 && <ErrorState error={today.error} />}
      {!today.ready && !today.error && <div className={classes.wait} role="status"><Loader size="sm" aria-label={t('ui:loading')} /></div>}
      {today.ready && items.length === 0 && (whose === 'mine' && visibility !== 'own' ? <NothingOwn visibility={visibility} see={() => setWhose('all')} /> : <Nothing />)}
      {PARTS.map((part) => {
        const own = items.filter((item) => item.part === part);
        if (own.length === 0) return null;
        return (
          <section key={part} className={classes.part} aria-labelledby={`today-${part}`}>
            <h2 id={`today-${part}`} className={classes.title} data-part={part}>{t(`part.${part}`)} <small>{number(Math.max(own.length, totals[part] ?? 0))}</small></h2>
            <ul className={classes.list}>
              {own.map((item) => <TodayRow key={item.id} item={item} active={items[active] === item} />)}
            </ul>
            {part === 'replies' && today.repliesTotal > own.length && <Text size="xs" c="dimmed" className={classes.all}>{t('replies.more', { count: today.repliesTotal - own.length, number: number(today.repliesTotal - own.length) })}</Text>}
            {part === 'stale' && today.staleTotal > today.stale.length && (
              <Link to="/leads" search={{ stale: 'true', sort: 'stage_entered_at', ...(whose === 'mine' ? { owner_id: 'me' } : {}) }} className={`tl-link ${classes.all}`}>{t('stale.all', { count: today.staleTotal })}</Link>
            )}
          </section>
        );
      })}
    </Page>
  );
}

function stopOf(item: Item): Stop {
  return item.kind === 'lead' ? { id: item.contactId, lead: item.lead.id } : { id: item.contactId };
}
