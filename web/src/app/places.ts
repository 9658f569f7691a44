import {
  IconAddressBook, IconBuilding, IconChartFunnel, IconCopy, IconFileImport, IconFilterStar, IconLayoutKanban, IconSettings, IconSunHigh, IconTargetArrow,
  type Icon,
} from '@tabler/icons-react';
import type { Permission } from '@/auth/session';

export interface Place {
  to: string;
  name: string;
  icon: Icon;
  /** Pressed after `g`. */
  key: string;
  needs: Permission;
}

export const PLACES: { group: string; places: Place[] }[] = [
  {
    group: 'work',
    places: [
      { to: '/', name: 'today', icon: IconSunHigh, key: 't', needs: 'tasks:read' },
      { to: '/contacts', name: 'contacts', icon: IconAddressBook, key: 'c', needs: 'contacts:read' },
      { to: '/companies', name: 'companies', icon: IconBuilding, key: 'o', needs: 'companies:read' },
      { to: '/leads', name: 'leads', icon: IconTargetArrow, key: 'l', needs: 'leads:read' },
      { to: '/board', name: 'board', icon: IconLayoutKanban, key: 'b', needs: 'leads:read' },
    ],
  },
  {
    group: 'insight',
    places: [
      { to: '/funnel', name: 'funnel', icon: IconChartFunnel, key: 'f', needs: 'reports:read' },
      { to: '/segments', name: 'segments', icon: IconFilterStar, key: 's', needs: 'segments:read' },
    ],
  },
  {
    group: 'admin',
    places: [
      { to: '/imports', name: 'imports', icon: IconFileImport, key: 'i', needs: 'imports:run' },
      { to: '/duplicates', name: 'duplicates', icon: IconCopy, key: 'd', needs: 'contacts:read' },
      { to: '/settings', name: 'settings', icon: IconSettings, key: ',', needs: 'settings:read' },
    ],
  },
];

interface Group<P> {
  group: string;
  places: P[];
}

/** The groups with what somebody may open; what needs nothing is open to everybody. */
export function allowed<P extends { needs?: Permission }>(groups: readonly Group<P>[], permissions: readonly Permission[]): Group<P>[] {
  const seen = groups.map(({ group, places }) => ({ group, places: places.filter(({ needs }) => !needs || permissions.includes(needs)) }));
  return seen.filter(({ places }) => places.length > 0);
}
