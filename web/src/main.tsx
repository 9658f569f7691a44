import '@/app/mantine.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import '@/app/app.css';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/App';
import { startI18n } from '@/app/i18n';
import { readScreen } from '@/app/router';
import { resume } from '@/auth/session';
import { connection } from '@/app/connection';

// After an update of the server the old page's parts are gone: the new page has its own.
addEventListener('vite:preloadError', (event) => {
  const last = Number(sessionStorage.getItem('touchline.reloaded') ?? 0);
  if (Date.now() - last < 10_000) return;
  sessionStorage.setItem('touchline.reloaded', String(Date.now()));
  event.preventDefault();
  location.reload();
});

function start() {
  resume().catch(() => connection.failed());
}

connection.back(start);
start();
readScreen();
const root = document.getElementById('root');
if (root) void startI18n().then(() => createRoot(root).render(<App />));
