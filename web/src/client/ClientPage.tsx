import { Loader, SegmentedControl } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import { About } from './About';
import classes from '@/ui/record/Record.module.css';
import { Composer } from './Composer';
import { Head } from './Head';
import { Related } from './related/Related';
import { Timeline } from './timeline/Timeline';
import { useClient } from './useClient';
import { useLive } from './useLive';

const route = getRouteApi('/shell/contacts/$id');

export default function ClientPage() {
  const { t } = useTranslation('client');
  const { id } = route.useParams();
  const { data: client, error, refetch } = useClient(id);
  const [part, setPart] = useState('line');
  useLive(id);
  const name = client?.contact.display_name;
  useEffect(() => {
    if (name) document.title = `${name} · Touchline`;
  }, [name]);
  if (!client) return error ? <ErrorState error={error} reset={() => void refetch()} /> : <div className={classes.wait} role="status"><Loader size="sm" aria-label={t('ui:loading')} /></div>;
  return (
    <div className={classes.page}>
      <Head client={client} />
      <SegmentedControl className={classes.parts} fullWidth value={part} onChange={setPart} aria-label={t('parts')}
        data={['line', 'about', 'related'].map((value) => ({ value, label: t(`part.${value}`) }))} />
      <div className={classes.columns} data-part={part} key={id}>
        <aside className={classes.about} aria-label={t('part.about')}><About contact={client.contact} company={client.company ?? null} /></aside>
        <section className={classes.line} aria-label={t('part.line')}>
          <Composer contactId={id} leads={client.open_leads} />
          <Timeline client={client} />
        </section>
        <aside className={classes.related} aria-label={t('part.related')}><Related client={client} /></aside>
      </div>
    </div>
  );
}
