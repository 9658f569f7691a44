import { IconHammer } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from './EmptyState';
import { Page } from './Page';
import { PageHeader } from './PageHeader';

/** A screen that is still to be made. */
export function Soon({ name }: { name: string }) {
  const { t } = useTranslation('app');
  return (
    <Page>
      <PageHeader title={t(`nav.${name}`)} />
      <EmptyState icon={IconHammer} title={t('soon.title')} text={t('soon.text')} />
    </Page>
  );
}
