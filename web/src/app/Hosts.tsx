import { useEffect, useState } from 'react';
import { later } from '@/ui/later';
import { atRest } from '@/ui/rest';
import { asking } from '@/ui/conflict/save';
import { keyHelp } from './dialogs';
import { useStore } from './useStore';

const read = {
  conflict: async () => (await import('@/ui/conflict/ConflictDialog')).ConflictDialog,
  keys: async () => (await import('./KeyHelp')).KeyHelp,
  lost: async () => (await import('@/auth/LostDialog')).LostDialog,
  notices: async () => (await import('./Notices')).Notices,
};
const ConflictDialog = later(read.conflict);
const KeyHelp = later(read.keys);
const Notices = later(read.notices);
export const LostDialog = later(read.lost);

/** What any screen may open, where nobody waits for it: it is read when the screen is there. */
export function Hosts() {
  const [idle, setIdle] = useState(false);
  const asked = useStore(asking);
  const keys = useStore(keyHelp);
  useEffect(() => {
    atRest(() => setIdle(true));
    // Whoever needs these may have lost the server.
    atRest(() => void Promise.allSettled([read.lost(), read.conflict()]));
  }, []);
  return (
    <>
      {idle && <Notices />}
      {keys && <KeyHelp />}
      {asked && <ConflictDialog {...asked} />}
    </>
  );
}
