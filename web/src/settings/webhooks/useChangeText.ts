import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** `lead.stage_changed` as people say it. */
export function useChangeText(): (type: string) => string {
  const { t } = useTranslation('settings');
  return useCallback((type) => {
    const [record, change] = type.split('.');
    return type === 'webhook.test' ? t('hook.test.message') : `${t(`record.${record}`)}: ${t(`change.${change}`)}`;
  }, [t]);
}

/** What a webhook tells. */
export function useTypesText(): (types: string[]) => string {
  const { t } = useTranslation('settings');
  const textOf = useChangeText();
  return (types) => (types.includes('*') ? t('hook.everything') : types.map(textOf).join(', '));
}
