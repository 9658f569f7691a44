import '@/app/mantine.css';
import '@/app/app.css';
import '@/boot';
import { startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/App';
import { startI18n } from '@/app/i18n';
import { readScreen } from '@/app/router';

/** Lets the browser do what waits meanwhile, such as to show and to hear. */
const pause = () => new Promise((resolve) => { setTimeout(resolve); });

async function start(root: HTMLElement) {
  await pause();
  const texts = startI18n();
  await pause();
  readScreen();
  await texts;
  startTransition(() => createRoot(root).render(<App />));
}

const root = document.getElementById('root');
if (root) void start(root);
