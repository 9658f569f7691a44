import { Button } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { EmptyState } from '@/ui/EmptyState';
import { MoreButton } from '@/ui/list/MoreButton';
import { useMore } from '@/ui/list/useMore';
import { RowItem, Rows } from '@/ui/Rows';
import { Frame } from '../Frame';
import { HealthBadge } from './HealthBadge';
import { useTypesText } from './useChangeText';
import { WebhookForm } from './WebhookForm';
import type { Webhook } from './webhooks';

export default function WebhooksPage() {
  const { t } = useTranslation('settings');
  const navigate = useNavigate();
  const typesText = useTypesText();
  const found = useMore<Webhook>(['webhooks', 'list'], (cursor, signal) => take(api.GET('/api/v1/webhooks', { params: { query: { cursor } }, signal })));
  const [making, setMaking] = useState(false);
  const add = <Button leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>{t('hook.new')}</Button>;
  const open = (id: string) => void navigate({ to: `/settings/webhooks/${id}` });
  return (
    <Frame name="webhooks" found={found} actions={add}>
      {found.rows.length === 0 ? <EmptyState icon={IconWebhook} title={t('hook.empty.title')} text={t('hook.empty.text')}>{add}</EmptyState> : (
        <Rows label={t('page.webhooks')}>
          {found.rows.map((hook) => (
            <RowItem key={hook.id} title={hook.description || hook.url} sub={<>{hook.description && <>{hook.url} · </>}{typesText(hook.types)}</>} open={() => open(hook.id)}>
              <HealthBadge hook={hook} />
            </RowItem>
          ))}
        </Rows>
      )}
      <MoreButton found={found} />
      {making && <WebhookForm hook={null} close={() => setMaking(false)} />}
    </Frame>
  );
}
