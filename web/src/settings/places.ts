import {
  IconApi, IconArrowsSplit2, IconBrowser, IconBuildingStore, IconEye, IconForms, IconHistory, IconMailExclamation, IconPalette, IconShieldCheck, IconStairs, IconThumbDown, IconUserCircle, IconUsers,
  IconUsersGroup, IconWebhook, IconFingerprint, type Icon,
} from '@tabler/icons-react';
import { allowed } from '@/app/places';
import type { Permission } from '@/auth/session';

export interface SettingsPlace {
  /** Behind `/settings/`. */
  path: string;
  icon: Icon;
  /** Everybody may, where absent. */
  needs?: Permission;
}

export const SETTINGS: { group: string; places: SettingsPlace[] }[] = [
  { group: 'you', places: [{ path: 'account', icon: IconUserCircle }, { path: 'appearance', icon: IconPalette }] },
  {
    group: 'sales',
    places: [
      { path: 'pipelines', icon: IconStairs, needs: 'settings:read' },
      { path: 'lost-reasons', icon: IconThumbDown, needs: 'settings:read' },
      { path: 'fields', icon: IconForms, needs: 'settings:read' },
    ],
  },
  {
    group: 'people',
    places: [
      { path: 'users', icon: IconUsers, needs: 'users:read' },
      { path: 'teams', icon: IconUsersGroup, needs: 'users:read' },
      { path: 'roles', icon: IconShieldCheck, needs: 'users:read' },
    ],
  },
  {
    group: 'sources',
    places: [
      { path: 'websites', icon: IconBrowser, needs: 'ingest:manage' },
      { path: 'refused', icon: IconMailExclamation, needs: 'ingest:manage' },
      { path: 'identity', icon: IconFingerprint, needs: 'settings:read' },
      { path: 'decide', icon: IconEye, needs: 'segments:write' },
      { path: 'channels', icon: IconArrowsSplit2, needs: 'settings:read' },
    ],
  },
  {
    group: 'systems',
    places: [
      { path: 'api-keys', icon: IconApi, needs: 'users:manage' },
      { path: 'webhooks', icon: IconWebhook, needs: 'webhooks:manage' },
      { path: 'audit', icon: IconHistory, needs: 'audit:read' },
      { path: 'sample', icon: IconBuildingStore, needs: 'sample-data:manage' },
    ],
  },
];

/** The groups with what somebody may open. */
export const settingsFor = (permissions: readonly Permission[]) => allowed(SETTINGS, permissions);

export function settingsPlace(pathname: string): SettingsPlace | undefined {
  const path = pathname.split('/')[2];
  return SETTINGS.flatMap(({ places }) => places).find((place) => place.path === path);
}
