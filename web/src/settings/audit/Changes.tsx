import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useUsers } from '@/app/lookups';
import { useFormat } from '@/ui/format';
import settings from '../Settings.module.css';
import type { Change } from './changes';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** From what to what, as people read it. */
export function Changes({ changes }: { changes: Change[] }) {
  const { t } = useTranslation('settings');
  const users = useUsers();
  const { dayAndTime } = useFormat();
  if (changes.length === 0) return <Text size="sm" c="dimmed">{t('audit.nothing')}</Text>;
  function shown(value: unknown): string {
    if (typeof value === 'string') return users.byId.get(value)?.name ?? (INSTANT.test(value) ? dayAndTime(value) : value);
    if (typeof value === 'boolean') return t(value ? 'ui:yes' : 'ui:no');
    return JSON.stringify(value);
  }
  return (
    <div className={settings.scroll} tabIndex={0} role="group" aria-label={t('audit.changes')}>
      <table className={settings.grid}>
        <thead><tr><th scope="col">{t('audit.field')}</th><th scope="col">{t('audit.before')}</th><th scope="col">{t('audit.after')}</th></tr></thead>
        <tbody>
          {changes.map(({ key, before, after }) => (
            <tr key={key}>
              <th scope="row" className={settings.mono}>{key || '—'}</th>
              <td dir="auto" style={{ overflowWrap: 'anywhere' }}>{before == null ? null : <span className={settings.old}>{shown(before)}</span>}</td>
              <td dir="auto" style={{ overflowWrap: 'anywhere' }}>{after == null ? null : <span className={settings.new}>{shown(after)}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
