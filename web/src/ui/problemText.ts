import i18n from 'i18next';
import { isOffline, Problem } from '@/api/problem';

/** What went wrong, in the person's language where we know it, else in the server's words. */
export function problemText(error: unknown): string {
  if (isOffline(error)) return i18n.t('app:error.offline');
  if (!(error instanceof Problem)) return i18n.t('app:error.unknown');
  if (error.status === 403) return i18n.t('app:error.forbidden');
  if (error.status === 404) return i18n.t('app:error.missing');
  if (error.status === 429) return i18n.t('app:error.many');
  const told = error.fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return told || error.message || i18n.t('app:error.unknown');
}
