import { Center, Loader } from '@mantine/core';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { DownBanner } from '@/app/DownBanner';
import { router } from '@/app/router';
import { useStore } from '@/app/useStore';
import { LoginPage } from './LoginPage';
import { LostDialog } from './LostDialog';
import { session } from './session';

const SetupPage = lazy(() => import('@/setup/SetupPage'));

/** Lets in who is logged in; shows the log-in at whatever address was opened, so that it opens afterwards. */
export function Gate() {
  const { status } = useStore(session);
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
      <RouterProvider router={router} />
      {status === 'lost' && <LostDialog />}
    </>
  );
}

function Waiting() {
  return (
    <Center h="100vh" role="status" aria-label="Touchline">
      <Loader size="sm" />
    </Center>
  );
}
