import { useEffect, useState } from 'react';
import { later } from '@/ui/later';
import { atRest } from '@/ui/rest';
import { asking } from '@/ui/conflict/save';
import { keyHelp } from './dialogs';
import { useStore } from './useStore';

const ConflictDialog = later(async () => (await import('@/ui/conflict/ConflictDialog')).ConflictDialog);
const KeyHelp = later(async () => (await import('./KeyHelp')).KeyHelp);
const Notices = later(async () => (await import('./Notices')).Notices);
export const LostDialog = later(async () => (await import('@/auth/LostDialog')).LostDialog);

/** What any screen may open, where nobody waits for it: it is read when the screen is there. */
export function Hosts() {
  const [idle, setIdle] = useState(false);
  const asked = useStore(asking);
  const keys = useStore(keyHelp);
  useEffect(() => {
    atRest(() => setIdle(true));
    // Whoever needs these may have lost the server.
    atRest(LostDialog.prepare);
    atRest(ConflictDialog.prepare);
  }, []);
  return (
    <>
      {idle && <Notices />}
      {keys && <KeyHelp />}
      {asked && <ConflictDialog {...asked} />}
    </>
  );
}
