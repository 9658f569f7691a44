import { Collapse, Group } from '@mantine/core';
import { IconChevronRight, IconHistory } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { EmptyState } from '@/ui/EmptyState';
import { FilterBar } from '@/ui/filters/FilterBar';
import type { FilterField } from '@/ui/filters/model';
import { Initials } from '@/ui/Initials';
import { MoreButton } from '@/ui/list/MoreButton';
import { useListSearch } from '@/ui/list/useListSearch';
import { useMore } from '@/ui/list/useMore';
import { Rows } from '@/ui/Rows';
import { When } from '@/ui/When';
import { Frame } from '../Frame';
import { useKeys } from '../keys/keys';
import classes from './Audit.module.css';
import { changesOf, nameOf } from './changes';
import { Changes } from './Changes';

type Entry = Schemas['Page_AuditEntry']['items'][number];
const ENTITIES = [
  'contact', 'company', 'lead', 'interaction', 'task', 'segment', 'saved_report', 'view', 'import', 'export', 'duplicate', 'shared_identity', 'user', 'team', 'role', 'session', 'api_key', 'webhook',
  'pipeline', 'stage', 'lost_reason', 'field', 'channel_rules', 'identity_rules', 'ingest_settings', 'decide_settings', 'sample_data',
];
const ACTIONS = ['create', 'update', 'delete', 'restore', 'move', 'merge', 'unmerge', 'erase', 'dismiss', 'dismiss_reply', 'await_reply', 'members', 'run', 'cancel', 'undo', 'export', 'export_end', 'revoke', 'login', 'login_failed', 'changes_missed'];

function useFilters(): FilterField[] {
  const { t } = useTranslation('settings');
  const users = useUsers();
  return useMemo(() => [
    { key: 'user_id', label: t('audit.who'), kind: 'choice', options: users.list.map(({ id, name }) => ({ value: id, label: name })) },
    { key: 'action', label: t('audit.action'), kind: 'choice', options: ACTIONS.map((value) => ({ value, label: t(`action.${value}`) })) },
    { key: 'entity', label: t('audit.entity'), kind: 'choice', options: ENTITIES.map((value) => ({ value, label: t(`record.${value}`) })) },
    { key: 'entity_id', label: t('audit.record'), kind: 'text' },
    { key: 'from', label: t('from'), kind: 'day' },
    { key: 'to', label: t('before'), kind: 'day' },
  ], [t, users.list]);
}

/** Who did what, to what, and from what to what. */
export default function AuditPage() {
  const { t } = useTranslation('settings');
  const fields = useFilters();
  const list = useListSearch(fields);
  const found = useMore<Entry>(['audit', list.query], (cursor, signal) => take(api.GET('/api/v1/audit', { params: { query: { ...list.query, cursor } as never }, signal })));
  const only = (id: string) => list.setFilters({ entity_id: id });
  return (
    <Frame name="audit" found={found}>
      <Group mb="sm"><FilterBar fields={fields} values={list.filters} change={list.setFilters} /></Group>
      {found.rows.length === 0 ? <EmptyState icon={IconHistory} title={t('nothing.title')} text={t('nothing.text')} /> : (
        <Rows label={t('page.audit')}>{found.rows.map((entry) => <Line key={entry.id} entry={entry} only={only} />)}</Rows>
      )}
      <MoreButton found={found} />
    </Frame>
  );
}

function useActor(): (entry: Entry) => string {
  const { t } = useTranslation('settings');
  const users = useUsers();
  const { data: keys } = useKeys(useMay('users:manage'));
  return ({ user_id, api_key_id }) => {
    if (user_id) return users.byId.get(user_id)?.name ?? t('audit.somebody');
    if (api_key_id) return keys?.find(({ id }) => id === api_key_id)?.name ?? t('audit.program');
    return t('audit.system');
  };
}

function Line({ entry, only }: { entry: Entry; only: (id: string) => void }) {
  const { t } = useTranslation('settings');
  const [opened, setOpened] = useState(false);
  const actor = useActor()(entry);
  const name = nameOf(entry.after) ?? nameOf(entry.before);
  const changes = useMemo(() => changesOf(entry.before, entry.after), [entry]);
  const named = entry.action === 'update' && changes.length > 0 ? changes.slice(0, 4).map(({ key }) => key).join(', ') : null;
  return (
    <li className={classes.entry}>
      <button type="button" className={classes.line} aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <IconChevronRight size={14} className={classes.mark} data-opened={opened || undefined} aria-hidden />
        <Initials name={actor} size={24} />
        <span className={classes.text}>
          <b>{actor}</b> · {t(`action.${entry.action}`, { defaultValue: entry.action })} {!entry.action.startsWith('login') && <>· {t(`record.${entry.entity}`, { defaultValue: entry.entity })}</>}
          {name && <> <b dir="auto" style={{ fontWeight: 500 }}>{name}</b></>}
          {named && <small>{named}</small>}
        </span>
        <span className={classes.when}><When at={entry.at} /></span>
      </button>
      <Collapse expanded={opened}>
        {opened && (
          <div className={classes.inside}>
            <Changes changes={changes} />
            <Group gap="md" mt={8} fz="xs" c="dimmed">
              {entry.contact_id && <Link to="/contacts/$id" params={{ id: entry.contact_id }}>{t('audit.client')}</Link>}
              <button type="button" className="tl-plain" onClick={() => only(entry.entity_id)}><u>{t('audit.only')}</u></button>
              {entry.request_id && <span>{t('app:error.request', { id: entry.request_id })}</span>}
            </Group>
          </div>
        )}
      </Collapse>
    </li>
  );
}
