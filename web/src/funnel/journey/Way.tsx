import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import { Delta } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import { Clients } from './ClientsDrawer';
import { asCounted } from './journey';

type Step = Schemas['JourneyStepReport'];
type Journey = Schemas['JourneyInput'];

interface Props {
  report: Schemas['JourneyReport'];
  journey: Journey;
}

/** The steps below each other, and between them how many did not come on. */
export function Way({ report, journey }: Props) {
  const { t } = useTranslation('funnel');
  return (
    <div className={classes.card}><div className={classes.sideways}>
      <table className={classes.steps}>
        <caption className="tl-hidden">{t('tab.journey')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('journey.one')}</th><th scope="col" className={classes.wide}>{t('journey.clients')}</th><th scope="col" data-right>{t('from.previous')}</th>
            <th scope="col" data-right className={classes.roomy}>{t('from.first')}</th><th scope="col" data-right className={classes.roomy}>{t('journey.median')}</th>
          </tr>
        </thead>
        <tbody>
          {report.steps.map((step, index) => <Row key={index} step={step} before={report.compared?.steps[index]} index={index} now={asCounted(journey, report)} then={report.compared && asCounted(journey, report.compared)} />)}
        </tbody>
      </table>
    </div></div>
  );
}

interface RowProps {
  step: Step;
  before: Step | undefined;
  index: number;
  /** What clients are asked for with. */
  now: Journey;
  then: Journey | null | undefined;
}

function Row({ step, before, index, now, then }: RowProps) {
  const { t } = useTranslation('funnel');
  const { rough } = useFormat();
  const first = index === 0;
  const entered = t('journey.took', { step: step.name });
  const dropped = t('behind.dropped', { step: step.name });
  return (
    <>
      {!first && (
        <tr className={classes.drop}>
          <th scope="row"><span className="tl-hidden">{dropped}</span></th>
          <td colSpan={4}>{step.dropped > 0 && <Clients journey={now} step={index} outcome="dropped" title={dropped} count={step.dropped}>{`↳ ${t('journey.dropped', { count: step.dropped })}`}</Clients>}</td>
        </tr>
      )}
      <tr className={classes.step}>
        <th scope="row" dir="auto">{step.name}</th>
        <td className={classes.wide}>
          <div className={classes.bar}>
            <i style={{ width: `${(step.from_first ?? 0) * 100}%` }} />
            <Clients className={classes.strong} journey={now} step={index} outcome="entered" title={entered} count={step.entered} />
          </div>
          {before && then && (
            <div className={classes.before}>
              <i style={{ width: `${(before.from_first ?? 0) * 100}%` }} />
              <span>{t('before')} <Clients journey={then} step={index} outcome="entered" title={`${entered}, ${t('before')}`} count={before.entered} /></span>
              <Delta now={step.entered} before={before.entered} />
            </div>
          )}
        </td>
        <td data-right>{first ? '' : <strong>{percent(step.from_previous, 1)}</strong>}{before && !first && <div><Delta share now={step.from_previous} before={before.from_previous} /></div>}</td>
        <td data-right className={classes.roomy}>{percent(step.from_first, 1)}{before && !first && <div><Delta share now={step.from_first} before={before.from_first} /></div>}</td>
        <td data-right className={classes.roomy} title={step.p90_seconds == null ? undefined : t('p90', { time: rough(step.p90_seconds) })}>{first || step.median_seconds == null ? '' : rough(step.median_seconds)}</td>
      </tr>
    </>
  );
}
