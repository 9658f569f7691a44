import { useStore } from '@/app/useStore';
import { session, type Me, type Permission } from './session';

/** The person who works here. Only inside the shell, where somebody is logged in. */
export function useMe(): Me {
  const { me } = useStore(session);
  if (!me) throw new Error('nobody is logged in');
  return me;
}

export function useMay(permission: Permission): boolean {
  return useStore(session).me?.permissions.includes(permission) ?? false;
}
