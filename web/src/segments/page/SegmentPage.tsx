import { Alert, Loader } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { Kind } from '../columns';
import { sentenceOf, useMemberCount, useSegment } from '../data';
import { Actions } from './Actions';
import { Members } from './Members';
import classes from './Page.module.css';
import { Side } from './Side';
import { EVERYBODY, type Split } from './split';

const route = getRouteApi('/shell/segments/$id');

export default function SegmentPage() {
  const { t } = useTranslation('segments');
  const { number } = useFormat();
  const { id } = route.useParams();
  const { data: segment, error, refetch } = useSegment(id);
  const [split, setSplit] = useState<Split>(EVERYBODY);
  const count = useMemberCount(id, segment !== undefined && !segment.broken);
  if (!segment) return error ? <ErrorState error={error} reset={() => void refetch()} /> : <Loader m="xl" size="sm" />;
  const sentence = sentenceOf(segment.words);
  return (
    <Page>
      <PageHeader title={segment.name} note={<><Kind segment={segment} /> {count.data != null && <span data-testid="members">{t('members.count', { count: count.data, number: number(count.data) })}</span>}</>}>
        <Actions segment={segment} split={split} />
      </PageHeader>
      {segment.description && <p className={classes.description}>{segment.description}</p>}
      {sentence && <p className={classes.sentence} dir="auto">{sentence}</p>}
      <div className={classes.columns}>
        <div className={classes.members}>
          {segment.broken ? (
            <Alert color="red" variant="light" title={t('broken.title')}>
              {t('broken.text')}
              <ul>{segment.broken.map(({ field, message }) => <li key={field}><code>{field}</code>: {message}</li>)}</ul>
            </Alert>
          ) : <Members key={id} segment={segment} split={split} />}
        </div>
        <Side segment={segment} split={split} setSplit={setSplit} />
      </div>
    </Page>
  );
}
