import { RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense, useDeferredValue } from 'react';
import { DownBanner } from '@/app/DownBanner';
import { LostDialog } from '@/app/Hosts';
import { router } from '@/app/router';
import { useStore } from '@/app/useStore';
import { Logo } from '@/ui/Logo';
import { session } from './session';

const LoginPage = lazy(async () => ({ default: (await import('./LoginPage')).LoginPage }));
const SetupPage = lazy(() => import('@/setup/SetupPage'));

/** Lets in who is logged in; shows the log-in at whatever address was opened, so that it opens afterwards. */
export function Gate() {
  // The frame is much to draw: React does it bit by bit.
  const status = useDeferredValue(useStore(session).status);
  return (
    <>
      <DownBanner />
      <Suspense fallback={<Waiting />}>{view(status)}</Suspense>
    </>
  );
}

function view(status: string) {
  if (status === 'unknown') return <Waiting />;
  if (status === 'out') return location.pathname === '/setup' ? <SetupPage /> : <LoginPage />;
  return (
    <>
      <RouterProvider router={router()} />
      {status === 'lost' && <LostDialog />}
    </>
  );
}

/** As `index.html` has it. */
function Waiting() {
  return <div className="tl-boot" role="status" aria-label="Touchline"><Logo size={20} />Touchline</div>;
}
