import { Button } from '@mantine/core';
import { IconBrowser, IconFileImport } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/auth/hooks';

/** How an empty list is filled without writing everything by hand. */
export function Begin() {
  const { t } = useTranslation('ui');
  const mayImport = useMay('imports:run');
  const mayConnect = useMay('ingest:manage');
  return (
    <>
      {mayImport && <Button component={Link} to="/imports" variant="default" leftSection={<IconFileImport size={15} />}>{t('begin.import')}</Button>}
      {mayConnect && <Button component={Link} to="/settings/websites" variant="default" leftSection={<IconBrowser size={15} />}>{t('begin.website')}</Button>}
    </>
  );
}
