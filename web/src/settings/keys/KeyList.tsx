import { Badge, Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { Confirm } from '@/ui/Confirm';
import { useFormat } from '@/ui/format';
import { notifyDone } from '@/ui/notify';
import { RowItem, Rows } from '@/ui/Rows';
import { When } from '@/ui/When';
import { mayKey } from '../permissions';
import classes from '../Settings.module.css';
import { type ApiKey, isWriteKey, refreshKeys, stateOf } from './keys';

/** Keys, those that still work first. */
export function KeyList({ keys, label }: { keys: ApiKey[]; label: string }) {
  const { t } = useTranslation('settings');
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const sorted = [...keys.filter((key) => stateOf(key) === 'good'), ...keys.filter((key) => stateOf(key) !== 'good')];
  async function revoke({ id, name }: ApiKey) {
    await take(api.DELETE('/api/v1/api-keys/{id}', { params: { path: { id } } }));
    refreshKeys();
    notifyDone(t('key.revoked.done', { name }));
  }
  return (
    <>
      <Rows label={label}>
        {sorted.map((key) => <KeyRow key={key.id} apiKey={key} revoke={() => setRevoking(key)} />)}
      </Rows>
      {revoking && (
        <Confirm title={t('key.revoke.title', { name: revoking.name })} text={t('key.revoke.text')} action={t('key.revoke')} run={() => revoke(revoking)} close={() => setRevoking(null)} />
      )}
    </>
  );
}

function KeyRow({ apiKey: key, revoke }: { apiKey: ApiKey; revoke: () => void }) {
  const { t } = useTranslation('settings');
  const { day } = useFormat();
  const users = useUsers();
  const state = stateOf(key);
  const scopes = isWriteKey(key) ? key.origins?.join(', ') || t('key.anywhere') : key.scopes.map((scope) => t(mayKey(scope))).join(', ');
  return (
    <RowItem faint={state !== 'good'} title={key.name}
      sub={<><code className={classes.mono}>{key.prefix}…</code> · {scopes} · {t('key.by', { name: users.byId.get(key.created_by)?.name ?? '—', day: day(key.created_at) })}</>}
      actions={state === 'good' && <Button variant="default" onClick={revoke} aria-label={`${t('key.revoke')}: ${key.name}`}>{t('key.revoke')}</Button>}>
      <span>{key.last_used_at ? <>{t('key.used')} <When at={key.last_used_at} /></> : t('key.unused')}</span>
      {state === 'good' && key.expires_at && <span>{t('key.until', { day: day(key.expires_at) })}</span>}
      {state !== 'good' && <Badge variant="outline" color="gray" c="dimmed">{t(`key.${state}`)}</Badge>}
    </RowItem>
  );
}
