import { Button } from '@mantine/core';
import { IconApi, IconBook, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/ui/EmptyState';
import { Frame } from '../Frame';
import { KeyForm } from './KeyForm';
import { KeyList } from './KeyList';
import { isWriteKey, useKeys } from './keys';

export default function KeysPage() {
  const { t } = useTranslation('settings');
  const found = useKeys();
  const [making, setMaking] = useState(false);
  const keys = found.data?.filter((key) => !isWriteKey(key)) ?? [];
  const add = <Button leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>{t('key.new')}</Button>;
  return (
    <Frame name="api-keys" found={found} actions={(
      <>
        <Button variant="default" component="a" href="/docs/" target="_blank" leftSection={<IconBook size={15} />}>{t('app:user.docs')}</Button>
        {add}
      </>
    )}>
      {keys.length === 0 ? <EmptyState icon={IconApi} title={t('key.empty.title')} text={t('key.empty.text')}>{add}</EmptyState> : <KeyList keys={keys} label={t('page.api-keys')} />}
      {making && <KeyForm close={() => setMaking(false)} />}
    </Frame>
  );
}
