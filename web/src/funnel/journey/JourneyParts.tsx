import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { type Part, Parts } from '../steps/Parts';
import { Clients } from './ClientsDrawer';
import { asCounted } from './journey';

/** The parts of a journey's clients, each with its own way. */
export function JourneyParts({ report, journey }: { report: Schemas['JourneyReport']; journey: Schemas['JourneyInput'] }) {
  const { t } = useTranslation('funnel');
  const asked = asCounted(journey, report);
  const count = (step: number, part?: Part) => {
    const title = t('journey.took', { step: report.steps[step]?.name ?? '' });
    return (
      <Clients journey={asked} step={step} outcome="entered" title={part ? `${part.label}: ${title}` : title} count={(part ?? report).steps[step]?.entered ?? 0}
        bucket={part && (part.bucket ?? '')} />
    );
  };
  return (
    <Parts steps={report.steps.map(({ name }) => name)} parts={report.groups} before={report.compared?.groups} total={report} by={report.breakdown} unit={journey.period ?? 'month'}
      overlap={report.rows_overlap && t('journey.overlap')} count={count} />
  );
}
