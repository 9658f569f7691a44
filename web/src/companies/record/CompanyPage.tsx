import { Loader } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import { Segments } from '@/ui/Segments';
import classes from '@/ui/record/Record.module.css';
import { About } from './About';
import { Head } from './Head';
import { Line } from './Line';
import { LeadsCard, PeopleCard } from './Related';
import { useCompany } from './useCompany';

const route = getRouteApi('/shell/companies/$id');

/** A company as its people are: fields, what happened with them all, who they are and what is for sale. */
export default function CompanyPage() {
  const { t } = useTranslation('companies');
  const { id } = route.useParams();
  const { data: company, error, refetch } = useCompany(id);
  const [part, setPart] = useState('line');
  const name = company?.name;
  useEffect(() => {
    if (name) document.title = `${name} · Touchline`;
  }, [name]);
  if (!company) return error ? <ErrorState error={error} reset={() => void refetch()} /> : <div className={classes.wait} role="status"><Loader size="sm" aria-label={t('ui:loading')} /></div>;
  return (
    <div className={classes.page}>
      <Head company={company} />
      <Segments className={classes.parts} size="sm" label={t('parts')} value={part} change={setPart} data={['line', 'about', 'related'].map((value) => ({ value, label: t(`part.${value}`) }))} />
      <div className={classes.columns} data-part={part} key={id}>
        <aside className={classes.about} aria-label={t('part.about')}><About company={company} /></aside>
        <section className={classes.line} aria-label={t('part.line')}><Line id={id} /></section>
        <aside className={classes.related} aria-label={t('part.related')}><PeopleCard company={company} /><LeadsCard id={id} /></aside>
      </div>
    </div>
  );
}
