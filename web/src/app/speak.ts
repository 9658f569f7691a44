import { api, ifMatch, take } from '@/api/client';
import { loadMe, session } from '@/auth/session';
import { changeLanguage } from './i18n';
import type { Language } from './language';

/** Changes the language at once, and for reports, mails and the next browser. */
export async function speak(language: Language) {
  await changeLanguage(language);
  const version = session.get().me?.user.version ?? 0;
  await take(api.PATCH('/api/v1/me', { params: { header: ifMatch(version) }, body: { locale: language } })).then(loadMe, () => undefined);
}
