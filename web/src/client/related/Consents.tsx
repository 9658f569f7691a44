import { Badge, Button, Group, Menu, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { useFormat } from '@/ui/format';
import { type Contact, orTell, refreshClient } from '../useClient';
import { Card } from '@/ui/record/Card';

const CHANNELS: Schemas['ConsentChannel'][] = ['email', 'call', 'sms', 'chat', 'social', 'mail', 'push', 'ad', 'web'];

/** What the client allows us. */
export function Consents({ contact }: { contact: Contact }) {
  const { t } = useTranslation('client');
  const { day } = useFormat();
  const mayWrite = useMay('contacts:write');
  const given = contact.consents as Partial<Record<Schemas['ConsentChannel'], Schemas['Consent']>>;
  const free = CHANNELS.filter((channel) => !given[channel]);
  function put(channel: Schemas['ConsentChannel'], state: Schemas['ConsentState']) {
    const call = api.PUT('/api/v1/contacts/{id}/consents/{channel}', { params: { path: { id: contact.id, channel }, header: ifMatch(contact.version) }, body: { state, how: t('consent.how') } });
    void orTell(take(call as never).then(() => refreshClient(contact.id)));
  }
  return (
    <Card title={t('consents')}>
      {Object.keys(given).length === 0 && <Text size="sm" c="dimmed" mb={6}>{t('consents.none')}</Text>}
      {CHANNELS.map((channel) => {
        const consent = given[channel];
        if (!consent) return null;
        const granted = consent.state === 'granted';
        return (
          <Group key={channel} justify="space-between" wrap="nowrap" mb={4} gap="xs">
            <Text size="sm">{t(`ui:channel.${channel}`)}</Text>
            <Group gap={6} wrap="nowrap">
              <Badge variant="light" color={granted ? 'teal' : 'red'} c={granted ? 'var(--tl-good)' : 'var(--tl-bad)'} title={[consent.how, day(consent.at)].filter(Boolean).join(' · ')}>{t(`consent.${consent.state}`)}</Badge>
              {mayWrite && <Button size="compact-xs" variant="subtle" color="gray" onClick={() => put(channel, granted ? 'withdrawn' : 'granted')}>{t(granted ? 'consent.withdraw' : 'consent.grant')}</Button>}
            </Group>
          </Group>
        );
      })}
      {mayWrite && (
        <Menu position="bottom-start">
          <Menu.Target><Button variant="subtle" mt="xs" fullWidth leftSection={<IconPlus size={15} />}>{t('consent.add')}</Button></Menu.Target>
          <Menu.Dropdown>{free.map((channel) => <Menu.Item key={channel} onClick={() => put(channel, 'granted')}>{t(`ui:channel.${channel}`)}</Menu.Item>)}</Menu.Dropdown>
        </Menu>
      )}
    </Card>
  );
}
