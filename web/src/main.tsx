import '@/app/mantine.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import '@/app/app.css';
import '@/boot';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/App';
import { startI18n } from '@/app/i18n';
import { readScreen } from '@/app/router';

readScreen();
const root = document.getElementById('root');
if (root) void startI18n().then(() => createRoot(root).render(<App />));
