import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';

interface Props {
  found: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

export function MoreButton({ found }: Props) {
  const { t } = useTranslation('ui');
  if (!found.hasNextPage) return null;
  return <Button variant="default" mt="sm" mx="auto" display="block" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t('load.more')}</Button>;
}
