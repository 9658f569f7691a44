import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import type { Behind } from './ClientsDrawer';

type Number = Omit<Behind, 'journey'>;

/** The steps below each other, and between them how many did not come on. */
export function Way({ report, open }: { report: Schemas['JourneyReport']; open: (number: Number) => void }) {
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
        <tbody>{report.steps.map((step, index) => <Row key={index} step={step} index={index} open={open} />)}</tbody>
      </table>
    </div></div>
  );
}

function Row({ step, index, open }: { step: Schemas['JourneyStepReport']; index: number; open: (number: Number) => void }) {
  const { t } = useTranslation('funnel');
  const { rough, number } = useFormat();
  const first = index === 0;
  const entered = t('journey.took', { step: step.name });
  const dropped = t('behind.dropped', { step: step.name });
  return (
    <>
      {!first && (
        <tr className={classes.drop}>
          <th scope="row"><span className="tl-hidden">{dropped}</span></th>
          <td colSpan={4}>{step.dropped > 0 && (
            <button type="button" className={classes.number} onClick={() => open({ title: dropped, count: step.dropped, step: index, outcome: 'dropped' })}>{`↳ ${t('journey.dropped', { count: step.dropped })}`}</button>
          )}</td>
        </tr>
      )}
      <tr className={classes.step}>
        <th scope="row" dir="auto">{step.name}</th>
        <td className={classes.wide}>
          <div className={classes.bar}>
            <i style={{ width: `${(step.from_first ?? 0) * 100}%` }} />
            {step.entered === 0 ? <span className={classes.strong}>{number(0)}</span> : (
              <button type="button" className={`${classes.number} ${classes.strong}`} aria-label={`${entered}: ${number(step.entered)}`}
                onClick={() => open({ title: entered, count: step.entered, step: index, outcome: 'entered' })}>{number(step.entered)}</button>
            )}
          </div>
        </td>
        <td data-right>{first ? '' : <strong>{percent(step.from_previous, 1)}</strong>}</td>
        <td data-right className={classes.roomy}>{percent(step.from_first, 1)}</td>
        <td data-right className={classes.roomy} title={step.p90_seconds == null ? undefined : t('p90', { time: rough(step.p90_seconds) })}>{first || step.median_seconds == null ? '' : rough(step.median_seconds)}</td>
      </tr>
    </>
  );
}
