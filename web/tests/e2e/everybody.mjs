import { accessible } from './axe.mjs';
import { manager, test } from './frame.mjs';

/** Every screen. What is behind `client`, `lead` and `company` is known only when the program runs. */
const SCREENS = ['/contacts', '/', '/leads', '/companies', '/board'];

for (const [locale, word] of [['en-GB', 'Contacts'], ['ru-RU', 'Контакты'], ['pt-BR', 'Contatos']]) {
  test(`the screens speak ${locale} and are for everybody, light and dark`, async ({ open, client, lead, api }) => {
    const company = (await api('/companies?limit=1')).items[0];
    for (const colorScheme of ['light', 'dark']) {
      const { page } = await open(manager, '/contacts', { locale, colorScheme, bypassCSP: true });
      await page.getByRole('heading', { name: word }).waitFor();
      for (const path of [client, lead, `/companies/${company.id}`, ...SCREENS]) await accessible(page, path, colorScheme);
    }
  });
}
