import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { saying } from '@/app/i18n';
import { useMay } from '@/auth/hooks';
import { kept } from '@/funnel/useReport';
import { ErrorState } from '@/ui/ErrorState';
import { FilterBar } from '@/ui/filters/FilterBar';
import { useFormat } from '@/ui/format';
import { later } from '@/ui/later';
import { RFM_GROUPS, type RfmGroup } from '../rfm';
import { type RfmSearch, RFM_FILTERS, rfmQuery } from './ask';
import { type Behind, ClientsDrawer } from './ClientsDrawer';
import classes from './Rfm.module.css';
import { useFilters } from './useFilters';

const SaveForm = later(saying('funnel', async () => (await import('@/funnel/saved/SaveForm')).SaveForm));
const Kept = later(saying('funnel', async () => (await import('@/funnel/saved/Kept')).Kept));

interface Props {
  search: RfmSearch;
  set: (search: RfmSearch) => void;
}

/** Everybody who has bought, by how lately, how often and for how much: now or as of a day. */
export function Rfm({ search, set }: Props) {
  const { t } = useTranslation('segments');
  const { dayAndTime } = useFormat();
  const { snapshot, ...now } = search;
  const query = rfmQuery(now);
  const { data, error, refetch, isPlaceholderData: stale } = useQuery({
    queryKey: ['segments', 'rfm', snapshot ?? query], placeholderData: keepPreviousData,
    queryFn: ({ signal }) => (snapshot ? kept<Schemas['RfmReport']>(snapshot, signal) : take(api.GET('/api/v1/reports/rfm', { params: { query }, signal }))),
  });
  const [behind, setBehind] = useState<Behind | null>(null);
  const sizes = new Map(data?.groups.map(({ group, clients }) => [group, clients]));
  const total = [...sizes.values()].reduce((sum, clients) => sum + clients, 0);
  const currency = data?.currency ?? null;
  // What was computed for an instant is listed as of it; else the scores are those that were kept last.
  const asked = data?.as_of && (snapshot || now.as_of) ? { ...query, as_of: data.as_of } : query;
  return (
    <div>
      <Tools search={search} set={set} />
      {snapshot && <Kept at={search.kept} leave={() => set({ ...now, kept: undefined })} />}
      {!data && error && <ErrorState error={error} reset={() => void refetch()} />}
      {data && (
        <>
          <Text size="sm" c="dimmed" maw={760} mb="md">{t('rfm.text')} {data.as_of && t('rfm.asof', { time: dayAndTime(data.as_of), currency: currency ?? '—' })}</Text>
          <ul className={classes.groups} data-stale={stale || undefined} aria-busy={stale}>
            {RFM_GROUPS.map((group) => (
              <Card key={group} group={group} size={sizes.get(group) ?? 0} total={total} keep={Object.keys(asked).length === 0} open={(count) => setBehind({ group, count, query: asked, currency, title: t(`rfm.${group}`) })} />
            ))}
          </ul>
        </>
      )}
      <details><summary><Text size="xs" c="dimmed" component="span">{t('rfm.definition')}</Text></summary><Text size="xs" c="dimmed" maw={760} mt={6}>{t('rfm.rule')}</Text></details>
      <ClientsDrawer behind={behind} close={() => setBehind(null)} />
    </div>
  );
}

function Tools({ search, set }: Props) {
  const { t } = useTranslation('segments');
  const fields = useFilters();
  const { as_of = '', snapshot: _, kept: __, ...values } = search;
  const [saving, { open: begin, close: end }] = useDisclosure();
  const mayWrite = useMay('reports:write');
  const today = new Date().toLocaleDateString('sv');
  return (
    <Group gap={6} mb="sm">
      <label className={classes.day}>
        {t('rfm.day')}
        <input type="date" className="tl-input" value={as_of} max={today} onChange={(event) => set({ ...values, as_of: event.currentTarget.value })} />
      </label>
      <FilterBar fields={fields} values={values as Record<string, string>} change={(next) => set({ as_of, ...Object.fromEntries(RFM_FILTERS.map((key) => [key, next[key]])) })} />
      {mayWrite && <Button variant="default" ml="auto" onClick={begin}>{t('rfm.save')}</Button>}
      {saving && <SaveForm kind="rfm" asked={rfmQuery(search)} close={end} done={() => undefined} />}
    </Group>
  );
}

interface CardProps {
  group: RfmGroup;
  size: number;
  total: number;
  /** Whether a segment would be of the same clients. */
  keep: boolean;
  open: (count: number) => void;
}

function Card({ group, size, total, keep, open }: CardProps) {
  const { t } = useTranslation('segments');
  const { number } = useFormat();
  const mayWrite = useMay('segments:write');
  const name = t(`rfm.${group}`);
  return (
    <li className={classes.group} data-none={size === 0 || undefined}>
      <span className={classes.name}>{name}</span>
      {size === 0 ? <span className={classes.size}>{number(0)}</span> : <button type="button" className={classes.size} aria-label={`${name}: ${number(size)}`} onClick={() => open(size)}>{number(size)}</button>}
      <span className={classes.bar}><i style={{ width: `${total ? (size / total) * 100 : 0}%` }} /></span>
      <span className={classes.hint}>{t(`rfm.${group}.text`)}</span>
      {keep && mayWrite && <Link to="/segments/new" search={{ rfm: group }} className={classes.make} aria-label={`${t('rfm.make')}: ${name}`}>{t('rfm.make')}</Link>}
    </li>
  );
}
