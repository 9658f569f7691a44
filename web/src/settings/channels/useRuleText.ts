import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Condition, Rule } from './rules';

/** A rule as one reads it: `source is firebase, or medium is like .*push`. */
export function useRuleText(): (rule: Rule) => string {
  const { t } = useTranslation('settings');
  return useCallback((rule) => {
    const one = ({ field, is, matches }: Condition) => (matches != null
      ? t('channel.matches', { field: t(`channel.field.${field}`), value: matches })
      : t('channel.is', { field: t(`channel.field.${field}`), value: (is ?? []).join(t('channel.comma')) }));
    return rule.any.map(({ all }) => all.map(one).join(t('channel.and'))).join(t('channel.or'));
  }, [t]);
}
