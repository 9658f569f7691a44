import { Alert, Anchor, Loader, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { problemText } from '@/ui/problemText';
import { sentenceOf } from '../data';
import classes from './Build.module.css';
import type { Tried } from './usePreview';

/** What the rule finds now: how many, in whose words, and who for example. */
export function PreviewPanel({ tried, unfinished, wrong }: { tried: Tried; unfinished: number; wrong: number }) {
  const { t } = useTranslation('segments');
  const { number } = useFormat();
  const { preview, behind, error } = tried;
  const stale = unfinished + wrong > 0;
  return (
    <aside className={classes.preview} aria-label={t('preview')}>
      <Text size="xs" c="dimmed" fw={500}>{t('preview.count')}</Text>
      <div className={classes.count} data-stale={stale || undefined} data-testid="count" aria-live="polite">
        {preview ? number(preview.count) : '—'} {behind && <Loader size={14} role="status" aria-label={t('ui:loading')} />}
      </div>
      {wrong > 0 && <Text size="xs" c="var(--tl-bad)"><IconAlertTriangle size={13} aria-hidden style={{ verticalAlign: -2 }} /> {t('preview.wrong', { count: wrong })}</Text>}
      {wrong === 0 && unfinished > 0 && <Text size="xs" c="dimmed">{t('preview.unfinished', { count: unfinished })}</Text>}
      {error && <Alert color="red" variant="light" p="xs">{problemText(error)}</Alert>}
      {!preview && !error && !stale && <Text size="sm" c="dimmed">{t('preview.empty')}</Text>}
      {preview && (
        <>
          <h2 className={classes.title}>{t('preview.words')}</h2>
          <p className={classes.words} dir="auto">{sentenceOf(preview.words)}</p>
          <div className={classes.examples}>
            <h2 className={classes.title}>{t('preview.sample')}</h2>
            {preview.sample.length === 0 && <Text size="sm" c="dimmed">{t('preview.nobody')}</Text>}
            <ul className={classes.sample}>
              {preview.sample.map((contact) => (
                <li key={contact.id}>
                  <Initials name={contact.display_name} size={22} />
                  <Anchor component={Link} to={`/contacts/${contact.id}` as '/contacts'} size="sm" className="tl-cut" c="inherit" dir="auto">{contact.display_name}</Anchor>
                  <Text size="xs" c="dimmed" ml="auto" className="tl-cut" component="span">{contact.address?.city}</Text>
                </li>
              ))}
            </ul>
          </div>
        </>
      )}
    </aside>
  );
}
