import { Drawer, Loader, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { ErrorState } from '@/ui/ErrorState';
import { When } from '@/ui/When';
import { ruleLanguage, type Segment } from '../data';
import classes from './Page.module.css';

/** The conditions of the rule, and which of them are true of the client. */
export function Why({ contact, segment, close }: { contact: Schemas['Contact']; segment: Segment; close: () => void }) {
  const { t } = useTranslation('segments');
  const language = ruleLanguage();
  const { data, error, refetch } = useQuery({
    queryKey: ['segments', 'why', contact.id, language],
    queryFn: () => take(api.GET('/api/v1/contacts/{id}/segments', { params: { path: { id: contact.id }, query: { language } } })),
  });
  const membership = data?.items.find(({ segment_id }) => segment_id === segment.id);
  return (
    <Drawer opened onClose={close} position="right" size={380} title={t('why.title', { name: contact.display_name })} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      {error && <ErrorState error={error} reset={() => void refetch()} />}
      {!data && !error && <Loader size="sm" role="status" aria-label={t('ui:loading')} />}
      {data && !membership && <Text size="sm" c="dimmed">{t('why.not')}</Text>}
      {membership && (
        <>
          <Text size="xs" c="dimmed" mb="xs">{t('why.since')} <When at={membership.entered_at} /></Text>
          <ul className={classes.reasons}>
            {membership.reasons.map(({ path, words, holds }) => (
              <li key={path} data-holds={holds || undefined}>
                {holds ? <IconCircleCheck size={16} aria-label={t('why.holds')} /> : <IconCircleDashed size={16} aria-label={t('why.fails')} />}
                <span dir="auto">{words}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Drawer>
  );
}
