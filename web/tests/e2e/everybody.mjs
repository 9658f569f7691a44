import { accessible } from './axe.mjs';
import { manager, test } from './frame.mjs';

/** Every screen. What is behind `client`, `lead` and `company` is known only when the program runs. */
const SCREENS = [
  '/contacts', '/', '/leads', '/companies', '/board', '/duplicates', '/settings', '/settings/appearance',
  '/funnel?compare=previous&by=first_touch_group', '/funnel?mode=all', '/funnel?tab=channels', '/funnel?tab=journey&part=owner&compare=previous&window=90d', '/funnel?tab=times',
  '/funnel?tab=sales', '/funnel?tab=forecast&close=quarter&compare=last_year', '/funnel?tab=team', '/segments', '/segments?tab=rfm&as_of=2026-01-31', '/segments/new', '/settings/decide',
];

/** Words do not change colours: the dark scheme is looked at in one language. */
const LOOKS = [['en-GB', 'Contacts', ['light', 'dark']], ['ru-RU', 'Контакты', ['light']], ['pt-BR', 'Contatos', ['light']]];

for (const [locale, word, schemes] of LOOKS) {
  test(`the screens speak ${locale} and are for everybody: ${schemes.join(', ')}`, async ({ open, client, lead, api }) => {
    const company = (await api('/companies?limit=1')).items[0];
    for (const colorScheme of schemes) {
      const { page } = await open(manager, '/contacts', { locale, colorScheme, bypassCSP: true });
      await page.getByRole('heading', { name: word }).waitFor();
      for (const path of [client, lead, `/companies/${company.id}`, ...SCREENS]) await accessible(page, path, colorScheme);
    }
  });
}
