import { Badge, Button, Group, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { notifyProblem } from '@/ui/notify';
import classes from '../Settings.module.css';

/** Which group a visit would come into: nothing is stored. */
export function TryOut() {
  const { t } = useTranslation('settings');
  const [url, setUrl] = useState('');
  const [referrer, setReferrer] = useState('');
  const [tried, setTried] = useState<Schemas['Tried'] | null>(null);
  function submit(event: FormEvent) {
    event.preventDefault();
    const touch = { channel: 'web' as const, url: url.trim() || null, referrer: referrer.trim() || null };
    take(api.POST('/api/v1/channel-groups/try', { body: { touches: [touch] } })).then(({ items }) => setTried(items[0] ?? null), notifyProblem);
  }
  const facts = tried && [tried.source, tried.medium, tried.campaign].filter(Boolean).join(' / ');
  return (
    <form onSubmit={submit} className={classes.card} aria-label={t('channel.try')}>
      <Text size="sm" fw={600} mb={6}>{t('channel.try')}</Text>
      <Group gap="sm" align="end">
        <TextInput size="xs" flex={2} miw={220} label={t('channel.try.url')} placeholder="https://www.example.com/?utm_source=newsletter&utm_medium=email" value={url} onChange={(event) => setUrl(event.currentTarget.value)} />
        <TextInput size="xs" flex={1} miw={180} label={t('channel.try.referrer')} placeholder="https://www.google.com/" value={referrer} onChange={(event) => setReferrer(event.currentTarget.value)} />
        <Button type="submit" variant="default">{t('channel.try.do')}</Button>
      </Group>
      <div role="status">
        {tried && (
          <Group gap="xs" mt="sm">
            <Badge variant="light" color="iris" c="var(--tl-accent)" size="lg">{tried.group ?? t('channel.step')}</Badge>
            <Text size="sm" c="dimmed">{[facts, tried.rule != null && t('channel.rule', { number: tried.rule + 1 })].filter(Boolean).join(' · ')}</Text>
          </Group>
        )}
      </div>
    </form>
  );
}
