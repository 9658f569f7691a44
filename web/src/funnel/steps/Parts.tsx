import { Button, Text } from '@mantine/core';
import { type CSSProperties, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { Delta } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';

/** A part of the cohort, or all of it. */
export interface Part {
  bucket?: string | null | undefined;
  label?: string | null | undefined;
  cohort: number;
  steps: readonly { entered: number; from_first?: number | null }[];
}

interface Props {
  steps: readonly string[];
  parts: readonly Part[];
  /** The same parts of the period before, where it is beside. */
  before: readonly Part[] | undefined;
  total: Part;
  by: string;
  unit: string;
  /** What is to be said where parts overlap. */
  overlap: string | false;
  /** A number that opens what it counts; `part` is absent in the last row. */
  count: (step: number, part?: Part) => ReactNode;
}

const FEW = 25;
const share = (part: Part | undefined) => part?.steps.at(-1)?.from_first;

/** The cohort's parts, each with its own way through the steps in a row. */
export function Parts({ steps, parts, before, total, by, unit, overlap, count }: Props) {
  const { t } = useTranslation('funnel');
  const [whole, setWhole] = useState(false);
  const label = useBucketLabel(by, unit);
  const sorted = by === 'period' ? parts : [...parts].sort((a, b) => b.cohort - a.cohort);
  const former = before && new Map(before.map((part) => [part.bucket ?? '', part]));
  const shown = whole ? sorted : sorted.slice(0, FEW);
  return (
    <section className={classes.card} aria-labelledby="breakdown">
      <h2 id="breakdown" className={classes.title}>{t('by.title')}</h2>
      {overlap && <Text size="xs" c="dimmed" mb="xs">{overlap}</Text>}
      <div className={classes.sideways} tabIndex={0} role="group" aria-labelledby="breakdown">
        <table className={classes.table}>
          <thead>
            <tr><th scope="col">{t('part')}</th>{steps.map((name, index) => <th key={index} scope="col" data-right className={classes.heat}>{name}</th>)}<th scope="col" data-right>{t('conversion')}</th></tr>
          </thead>
          <tbody>
            {shown.map((part) => (
              <tr key={part.bucket ?? ''}>
                <th scope="row" dir="auto">{label(part)}</th>
                {part.steps.map((step, index) => (
                  <td key={index} data-right className={classes.heat} style={{ '--heat': index === 0 ? 0 : step.from_first ?? 0 } as CSSProperties}>
                    {count(index, { ...part, label: label(part) })}
                    {index > 0 && <span className={classes.share}>{percent(step.from_first)}</span>}
                  </td>
                ))}
                <td data-right><strong>{percent(share(part), 1)}</strong>{former && <div><Delta share now={share(part)} before={share(former.get(part.bucket ?? ''))} /></div>}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('total')}</th>
              {total.steps.map((_, index) => <td key={index} data-right className={classes.heat}>{count(index)}</td>)}
              <td data-right>{percent(share(total), 1)}</td>
            </tr>
          </tfoot>
        </table>
      </div>
      {sorted.length > shown.length && <Button variant="subtle" mt="xs" onClick={() => setWhole(true)}>{t('all.rows', { count: sorted.length })}</Button>}
    </section>
  );
}

/** What a part is called. Days, weeks and months come as the day they begin. */
function useBucketLabel(by: string, unit: string) {
  const { t } = useTranslation('funnel');
  const { day, month } = useFormat();
  return ({ bucket, label }: Part): string => {
    if (bucket == null) return t('without');
    if (by !== 'period') return label ?? bucket;
    return unit === 'month' ? month(`${bucket}T12:00:00`) : day(bucket);
  };
}
