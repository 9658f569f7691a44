import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { When } from '@/ui/When';
import { clientKey } from '../useClient';
import { Card } from '@/ui/record/Card';
import classes from './Related.module.css';

/** Where the client belongs, and why. */
export function Segments({ id }: { id: string }) {
  const { t, i18n } = useTranslation('client');
  const enabled = useMay('segments:read');
  const language = i18n.language.slice(0, 2) as 'en';
  const { data } = useQuery({
    queryKey: [...clientKey(id), 'segments', language], enabled,
    queryFn: () => take(api.GET('/api/v1/contacts/{id}/segments', { params: { path: { id }, query: { language } } })),
  });
  if (!enabled || !data) return null;
  return (
    <Card title={t('segments')} note={data.items.length || undefined}>
      {data.items.length === 0 && <Text size="sm" c="dimmed">{t('segments.none')}</Text>}
      {data.items.map((segment) => (
        <details key={segment.segment_id} className={classes.more}>
          <summary><span className={classes.strong} dir="auto">{segment.name}</span><Text size="xs" c="dimmed" component="span"><When at={segment.entered_at} /></Text></summary>
          <ul>{segment.reasons.map((reason) => <li key={reason.path} data-holds={reason.holds || undefined}>{reason.words}</li>)}</ul>
        </details>
      ))}
    </Card>
  );
}
