import { IconAt, IconCookie, IconFingerprint, IconId, IconPhone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useFormat } from '@/ui/format';
import { clientKey } from '../useClient';
import { Card } from '@/ui/record/Card';
import classes from './Related.module.css';

const ICONS = { email: IconAt, phone: IconPhone, external: IconId, custom: IconFingerprint, anonymous: IconCookie };

/** By what the client is recognised, and how we came to know it. */
export function Identities({ id }: { id: string }) {
  const { t } = useTranslation('client');
  const { day } = useFormat();
  const { data } = useQuery({
    queryKey: [...clientKey(id), 'identities'],
    queryFn: () => take(api.GET('/api/v1/contacts/{id}/identities', { params: { path: { id } } })),
  });
  if (!data || data.items.length === 0) return null;
  return (
    <Card title={t('identities')} note={data.items.length}>
      <ul className={classes.plain}>
        {data.items.map(({ kind, source, value, cause, confidence, linked_at }) => {
          const Mark = ICONS[kind];
          return (
            <li key={`${kind}${source}${value}`}>
              <Mark size={15} stroke={1.6} aria-label={t(`identity.${kind}`)} role="img" />
              <div className="tl-cut">
                <div className="tl-cut" title={value}>{source ? `${source}: ` : ''}{value}</div>
                <small>{t(`cause.${cause}`)}{confidence < 100 && ` · ${confidence} %`} · {day(linked_at)}</small>
              </div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
