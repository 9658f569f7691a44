import { Loader } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { Draft } from './Draft';
import { forgetEverything, isMoving, useImport } from './data';
import { StatusBadge } from './ImportsPage';
import { Ended } from './report/Ended';
import { Working } from './report/Working';

const route = getRouteApi('/shell/imports/$id');

/** One import, from what its columns mean to what became of its rows. */
export default function ImportPage() {
  const { t } = useTranslation('imports');
  const { id } = route.useParams();
  const { data: found, error, refetch } = useImport(id);
  const before = useRef(found?.status);
  // Whoever has asked for a check wants to see what it found.
  const look = useRef(false);
  useEffect(() => {
    if (before.current && isMoving(before.current) && found && !isMoving(found.status) && found.status !== 'draft') forgetEverything();
    before.current = found?.status;
  }, [found]);
  if (!found) return error ? <ErrorState error={error} reset={() => void refetch()} /> : <Loader m="xl" size="sm" />;
  return (
    <Page>
      <PageHeader title={found.filename} note={<><StatusBadge status={found.status} /> {found.proposal && t('recognised', { label: t(`vendor.${found.proposal.kind}`, { defaultValue: found.proposal.label }) })}</>} />
      {found.status === 'draft' ? <Draft key={id} found={found} look={look} /> : isMoving(found.status) ? <Working found={found} /> : <Ended found={found} />}
    </Page>
  );
}
