import type { Permission } from '@/auth/session';

/** All permissions in the order in which people look for them. The keys make one that is missing an error. */
const ALL: Record<Permission, string> = {
  'contacts:read': 'clients', 'contacts:write': 'clients', 'contacts:erase': 'clients', 'companies:read': 'clients', 'companies:write': 'clients',
  'interactions:read': 'clients', 'interactions:write': 'clients',
  'leads:read': 'work', 'leads:write': 'work', 'tasks:read': 'work', 'tasks:write': 'work',
  'segments:read': 'insight', 'segments:write': 'insight', 'reports:read': 'insight', 'reports:write': 'insight',
  'imports:run': 'data', 'exports:run': 'data', 'ingest:write': 'data', 'ingest:manage': 'data', 'changes:read': 'data', 'webhooks:manage': 'data',
  'settings:read': 'administration', 'settings:write': 'administration', 'users:read': 'administration', 'users:manage': 'administration', 'audit:read': 'administration', 'sample-data:manage': 'administration',
};

export const PERMISSIONS = [...new Set(Object.values(ALL))].map((group) => ({
  group, permissions: (Object.keys(ALL) as Permission[]).filter((permission) => ALL[permission] === group),
}));

/** The key of what it is called: a colon would be taken for the end of a namespace. */
export const mayKey = (permission: Permission) => `may.${permission.replace(':', '.')}`;
