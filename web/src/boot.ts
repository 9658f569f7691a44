// What needs not wait for the program's large parts: it runs while they are still on their way.
import { language } from '@/app/language';
import { readTexts } from '@/app/texts';
import { ahead } from '@/auth/ahead';
import { resume, session } from '@/auth/session';
import { connection } from '@/app/connection';

/** Wide enough for all of a record beside each other. */
const WIDE = matchMedia('not all and (max-width: 62em)');

/** Screens that are opened by their address most, read together with the program. */
const SCREENS: [RegExp, () => Promise<unknown>][] = [
  [/^\/$/, () => import('@/today/TodayPage')],
  [/^\/contacts$/, () => import('@/contacts/ContactsPage')],
  [/^\/contacts\/[^/]+$/, () => Promise.all([import('@/client/ClientPage'), WIDE.matches && import('@/client/sides')])],
  [/^\/leads$/, () => import('@/leads/LeadsPage')],
  [/^\/board$/, () => import('@/board/BoardPage')],
];

// After an update of the server the old page's parts are gone: the new page has its own.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('touchline.reloaded') ?? 0);
  if (Date.now() - last < 10_000) return;
  sessionStorage.setItem('touchline.reloaded', String(Date.now()));
  event.preventDefault();
  location.reload();
});

function start() {
  const { pathname } = location;
  const [, client] = /^\/contacts\/([\w-]+)$/.exec(pathname) ?? [];
  resume(client ? () => ahead(`/api/v1/contacts/${client}/360`) : undefined).catch(() => connection.failed());
}

/** What writes amounts and days takes a while to be there: it is made while the program is on its way. */
function readFormats() {
  const { language } = navigator;
  setTimeout(() => new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }));
  setTimeout(() => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }));
}

const scheme = localStorage.getItem('touchline.scheme');
if (scheme === 'light' || scheme === 'dark') document.documentElement.dataset.mantineColorScheme = scheme;
session.subscribe(() => document.documentElement.toggleAttribute('data-in', session.get().status === 'in'));
connection.back(start);
start();
void import('react-dom/client').catch(() => undefined);
void readTexts(language()).catch(() => undefined);
SCREENS.find(([path]) => path.test(location.pathname))?.[1]().catch(() => undefined);
readFormats();
