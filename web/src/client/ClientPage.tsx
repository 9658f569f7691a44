import { Loader } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { memo, useDeferredValue, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import { later } from '@/ui/later';
import { atRest } from '@/ui/rest';
import { Segments } from '@/ui/Segments';
import classes from '@/ui/record/Record.module.css';
import { Composer } from './Composer';
import { Head } from './Head';
import { Timeline } from './timeline/Timeline';
import { type Client, useClient } from './useClient';
import { useLive } from './useLive';

const sides = () => import('./sides');
const About = later(async () => (await sides()).About);
const Related = later(async () => (await sides()).Related);
const prepare = () => [About, Related].forEach((side) => side.prepare());
const NARROW = '(max-width: 62em)';
if (!matchMedia(NARROW).matches) prepare();
const PARTS = ['line', 'about', 'related'] as const;

const route = getRouteApi('/shell/contacts/$id');

export default function ClientPage() {
  const { id } = route.useParams();
  const { data: client, error, refetch } = useClient(id);
  // The record is much to draw: React does it bit by bit, so that keys and clicks are answered meanwhile.
  const shown = useDeferredValue(client);
  useLive(id);
  const name = client?.contact.display_name;
  useEffect(() => {
    if (name) document.title = `${name} · Touchline`;
  }, [name]);
  if (!client && error) return <ErrorState error={error} reset={() => void refetch()} />;
  return client && shown ? <Parts key={id} client={shown.contact.id === client.contact.id ? shown : client} /> : <Waiting />;
}

function Waiting() {
  const { t } = useTranslation('client');
  return <div className={classes.wait} role="status"><Loader size="sm" aria-label={t('ui:loading')} /></div>;
}

const Parts = memo(function Parts({ client }: { client: Client }) {
  const { t } = useTranslation('client');
  const [part, setPart] = useState<(typeof PARTS)[number]>('line');
  const { id } = client.contact;
  // What happened comes first, what stands beside it right after; where that has no room, as soon as it is chosen.
  const whole = useDeferredValue(true, false);
  const narrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false });
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const has = (side: string) => (narrow ? seen.has(side) : whole);
  useEffect(() => atRest(prepare), []);
  function choose(next: (typeof PARTS)[number]) {
    setPart(next);
    setSeen((before) => new Set(before).add(next));
  }
  return (
    <div className={classes.page}>
      <Head client={client} />
      <Segments className={classes.parts} size="sm" label={t('parts')} value={part} change={choose} near={prepare} data={PARTS.map((value) => ({ value, label: t(`part.${value}`) }))} />
      <div className={classes.columns} data-part={part}>
        <aside className={classes.about} aria-label={t('part.about')}>{has('about') && <About contact={client.contact} company={client.company ?? null} />}</aside>
        <section className={classes.line} aria-label={t('part.line')}>
          <Composer contactId={id} leads={client.open_leads} />
          <Timeline client={client} />
        </section>
        <aside className={classes.related} aria-label={t('part.related')}>{has('related') && <Related client={client} />}</aside>
      </div>
    </div>
  );
});
