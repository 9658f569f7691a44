import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import type { Query } from '../ask';
import { Count, Delta } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import type { Funnel } from '../useReport';
import { drill } from './drill';

type Group = Schemas['Group'];

interface Props {
  report: Funnel;
  query: Query;
  by: string;
  unit: string;
}

const FEW = 25;

/** The cohort's parts, each with its own funnel in a row. */
export function Breakdown({ report, query, by, unit }: Props) {
  const { t } = useTranslation('funnel');
  const [whole, setWhole] = useState(false);
  const label = useBucketLabel(by, unit);
  const mode = report.total.modes[0]?.mode ?? 'reached';
  const steps = report.total.modes[0]?.steps ?? [];
  const groups = by === 'period' ? report.groups : [...report.groups].sort((a, b) => b.cohort - a.cohort);
  const before = new Map(report.compared?.groups.map((group) => [group.bucket ?? '', group]));
  const shown = whole ? groups : groups.slice(0, FEW);
  return (
    <section className={classes.card} aria-labelledby="breakdown">
      <h2 id="breakdown" className={classes.title}>{t('by.title')}</h2>
      {report.rows_overlap && <Text size="xs" c="dimmed" mb="xs">{t('overlap')}</Text>}
      <div className={classes.sideways} tabIndex={0} role="group" aria-labelledby="breakdown">
        <table className={classes.table}>
          <thead>
            <tr><th scope="col">{t('part')}</th>{steps.map(({ stage_id: id, name }) => <th key={id} scope="col" data-right className={classes.heat}>{name}</th>)}<th scope="col" data-right>{t('conversion')}</th></tr>
          </thead>
          <tbody>
            {shown.map((group) => (
              <Row key={group.bucket ?? ''} group={group} before={before.get(group.bucket ?? '')} compared={report.compared != null} label={label(group)}
                query={drill({ ...query, mode }, report, { bucket: group.bucket ?? '' })} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('total')}</th>
              {steps.map((step) => <td key={step.stage_id} data-right className={classes.heat}><Count value={step.entered} title={t('behind.entered', { step: step.name })} from="funnel" query={drill({ ...query, mode }, report, { step: step.stage_id })} /></td>)}
              <td data-right>{percent(steps.at(-1)?.from_first, 1)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      {groups.length > shown.length && <Button variant="subtle" mt="xs" onClick={() => setWhole(true)}>{t('all.rows', { count: groups.length })}</Button>}
    </section>
  );
}

function Row({ group, before, compared, label, query }: { group: Group; before: Group | undefined; compared: boolean; label: string; query: Query }) {
  const { t } = useTranslation('funnel');
  const steps = group.modes[0]?.steps ?? [];
  const last = steps.at(-1);
  const lastBefore = before?.modes[0]?.steps.at(-1);
  return (
    <tr>
      <th scope="row" dir="auto">{label}</th>
      {steps.map((step, index) => (
        <td key={step.stage_id} data-right className={classes.heat} style={{ '--heat': index === 0 ? 0 : step.from_first ?? 0 } as React.CSSProperties}>
          <Count value={step.entered} title={`${label}: ${t('behind.entered', { step: step.name })}`} from="funnel" query={{ ...query, step: step.stage_id }} />
          {index > 0 && <span className={classes.share}>{percent(step.from_first)}</span>}
        </td>
      ))}
      <td data-right><strong>{percent(last?.from_first, 1)}</strong>{compared && <div><Delta share now={last?.from_first} before={lastBefore?.from_first} /></div>}</td>
    </tr>
  );
}

/** What a part is called. Days, weeks and months come as the day they begin. */
function useBucketLabel(by: string, unit: string) {
  const { t } = useTranslation('funnel');
  const { day, month } = useFormat();
  return ({ bucket, label }: Group): string => {
    if (bucket == null) return t('without');
    if (by !== 'period') return label ?? bucket;
    return unit === 'month' ? month(`${bucket}T12:00:00`) : day(bucket);
  };
}
