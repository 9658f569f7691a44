import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import classes from './Rfm.module.css';
import { RFM_GROUPS } from './rfm';

/** Everybody who has bought, by how lately, how often and for how much. */
export function Rfm() {
  const { t } = useTranslation('segments');
  const { number, dayAndTime } = useFormat();
  const { data, error, refetch } = useQuery({ queryKey: ['segments', 'rfm'], queryFn: () => take(api.GET('/api/v1/reports/rfm')) });
  if (!data) return error ? <ErrorState error={error} reset={() => void refetch()} /> : null;
  const sizes = new Map(data.groups.map(({ group, clients }) => [group, clients]));
  const total = data.groups.reduce((sum, { clients }) => sum + clients, 0);
  return (
    <div>
      <Text size="sm" c="dimmed" maw={760} mb="md">{t('rfm.text')} {data.as_of && t('rfm.asof', { time: dayAndTime(data.as_of), currency: data.currency ?? '—' })}</Text>
      <ul className={classes.groups}>
        {RFM_GROUPS.map((group) => {
          const size = sizes.get(group) ?? 0;
          return (
            <li key={group}>
              <Link to="/segments/new" search={{ rfm: group }} className={classes.group} data-none={size === 0 || undefined}>
                <span className={classes.name}>{t(`rfm.${group}`)}</span>
                <span className={classes.size}>{number(size)}</span>
                <span className={classes.bar}><i style={{ width: `${total ? (size / total) * 100 : 0}%` }} /></span>
                <span className={classes.hint}>{t(`rfm.${group}.text`)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
      <details><summary><Text size="xs" c="dimmed" component="span">{t('rfm.definition')}</Text></summary><Text size="xs" c="dimmed" maw={760} mt={6}>{t('rfm.rule')}</Text></details>
    </div>
  );
}
