import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import type { Query } from '../ask';
import { Count } from '../Count';
import type { Funnel } from '../useReport';
import { drill } from './drill';
import { type Part, Parts } from './Parts';

interface Props {
  report: Funnel;
  query: Query;
  by: string;
  unit: string;
}

const partOf = ({ bucket, label, cohort, modes }: Schemas['Group']): Part => ({ bucket, label, cohort, steps: modes[0]?.steps ?? [] });

/** The cohort's parts, each with its own funnel in a row. */
export function Breakdown({ report, query, by, unit }: Props) {
  const { t } = useTranslation('funnel');
  const [first] = report.total.modes;
  const steps = first?.steps ?? [];
  const total = partOf(report.total);
  const mode = first?.mode ?? 'reached';
  const count = (index: number, part?: Part) => {
    const { name = '', stage_id = '' } = steps[index] ?? {};
    const title = t('behind.entered', { step: name });
    return (
      <Count value={(part ?? total).steps[index]?.entered ?? 0} title={part ? `${part.label}: ${title}` : title} from="funnel"
        query={drill({ ...query, mode }, report, { ...(part ? { bucket: part.bucket ?? '' } : {}), step: stage_id })} />
    );
  };
  return (
    <Parts steps={steps.map(({ name }) => name)} parts={report.groups.map(partOf)} before={report.compared?.groups.map(partOf)} total={total} by={by} unit={unit}
      overlap={report.rows_overlap && t('overlap')} count={count} />
  );
}
