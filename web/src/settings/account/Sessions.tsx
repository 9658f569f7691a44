import { Badge, Button, Group } from '@mantine/core';
import { IconDeviceDesktop, IconDeviceMobile } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { ErrorState } from '@/ui/ErrorState';
import { notifyDone, notifyProblem } from '@/ui/notify';
import { RowItem, Rows } from '@/ui/Rows';
import { When } from '@/ui/When';
import { deviceOf } from './device';

type Session = Schemas['Page_Session']['items'][number];
const KEY = ['me', 'sessions'];

/** Where one is logged in. */
export function Sessions() {
  const { t } = useTranslation('settings');
  const found = useQuery({ queryKey: KEY, queryFn: () => take(api.GET('/api/v1/me/sessions')) });
  const sessions = found.data?.items ?? [];
  const others = sessions.filter(({ current }) => !current);

  async function end(ended: Session[]) {
    for (const { id } of ended) await take(api.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id } } }));
    notifyDone(t('session.ended', { count: ended.length }));
  }
  const stop = (ended: Session[]) => void end(ended).catch(notifyProblem).finally(() => queryClient.invalidateQueries({ queryKey: KEY }));
  if (found.error && !found.data) return <ErrorState error={found.error} reset={() => void found.refetch()} />;
  return (
    <>
      <Rows label={t('account.sessions')}>
        {sessions.map((session) => {
          const { name, mobile } = deviceOf(session.user_agent);
          const Mark = mobile ? IconDeviceMobile : IconDeviceDesktop;
          return (
            <RowItem key={session.id} lead={<Mark size={20} stroke={1.5} aria-hidden />} title={name || t('session.unknown')}
              sub={<>{session.address} · {t('session.used')} <When at={session.last_used_at} /></>}
              actions={!session.current && <Button variant="default" onClick={() => stop([session])}>{t('session.end')}</Button>}>
              {session.current && <Badge variant="light" color="teal" c="var(--tl-good)">{t('session.current')}</Badge>}
            </RowItem>
          );
        })}
      </Rows>
      {others.length > 1 && <Group mt="sm"><Button variant="default" onClick={() => stop(others)}>{t('session.end.others')}</Button></Group>}
    </>
  );
}
