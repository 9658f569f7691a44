import { NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { changeLanguage } from './i18n';
import { LANGUAGES, type Language } from './language';

export function LanguageSelect() {
  const { t, i18n } = useTranslation('app');
  return (
    <NativeSelect size="xs" variant="unstyled" aria-label={t('user.language')} value={i18n.language}
      onChange={(event) => void changeLanguage(event.currentTarget.value as Language)}
      data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))} />
  );
}
