import '@/app/mantine.css';
import '@/app/app.css';
import '@/boot';
import { startTransition } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from '@/app/App';
import { startI18n } from '@/app/i18n';
import { readScreen, router } from '@/app/router';
import { session } from '@/auth/session';

/** So long the first drawing waits for what it would have to be drawn anew for. */
const PATIENCE_MS = 400;
const after = (ms: number) => new Promise<void>((resolve) => { setTimeout(resolve, ms); });

/** Resolves when it is known whether somebody is logged in. */
function known(): Promise<void> {
  return new Promise((resolve) => {
    const look = () => session.get().status !== 'unknown' && resolve();
    session.subscribe(look);
    look();
  });
}

/** Each step is a task of its own, and the drawing is many: the browser can show and hear meanwhile. */
async function start(root: HTMLElement) {
  await after(0);
  const texts = startI18n();
  await after(0);
  readScreen();
  await Promise.all([texts, Promise.race([known(), after(PATIENCE_MS)])]);
  // What the router finds out by itself later, it has drawn at one go.
  if (session.get().status === 'in') await Promise.race([router().load(), after(PATIENCE_MS)]);
  startTransition(() => createRoot(root).render(<App />));
}

const root = document.getElementById('root');
if (root) void start(root);
