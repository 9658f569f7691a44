import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useFormat } from '@/ui/format';
import type { Query } from '../ask';
import { Count, Delta } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import type { Funnel } from '../useReport';
import { drill, drillBefore } from './drill';

type Mode = Schemas['ModeReport'];
type Step = Schemas['Step'];

/** One mode's funnel: how many came to each step, what share went on, and where the others are. */
export function Steps({ report, mode, query }: { report: Funnel; mode: Mode; query: Query }) {
  const { t } = useTranslation('funnel');
  const before = report.compared?.total.modes.find((other) => other.mode === mode.mode);
  return (
    <div className={classes.card}><div className={classes.sideways}>
      <table className={classes.steps}>
        <caption className="tl-hidden">{t('steps.of', { mode: t(`mode.${mode.mode}`) })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('step')}</th><th scope="col" className={classes.wide}>{t('entered')}</th><th scope="col" data-right>{t('from.previous')}</th>
            <th scope="col" data-right className={classes.roomy}>{t('from.first')}</th><th scope="col" data-right className={classes.roomy}>{t('median')}</th><th scope="col" data-right className={classes.roomy}>{t('value')}</th>
          </tr>
        </thead>
        <tbody>
          {mode.steps.map((step, index) => (
            <Row key={step.stage_id} step={step} first={index === 0} report={report} query={{ ...query, mode: mode.mode }} before={before?.steps.find(({ stage_id }) => stage_id === step.stage_id)} />
          ))}
        </tbody>
      </table>
    </div></div>
  );
}

interface RowProps {
  step: Step;
  before: Step | undefined;
  first: boolean;
  report: Funnel;
  query: Query;
}

function Row({ step, before, first, report, query }: RowProps) {
  const { t } = useTranslation('funnel');
  const { rough, money, number } = useFormat();
  const { compared } = report;
  const title = t('behind.entered', { step: step.name });
  return (
    <>
      {!first && <Dropped step={step} report={report} query={query} />}
      <tr className={classes.step}>
        <th scope="row">{step.name}</th>
        <td className={classes.wide}>
          <div className={classes.bar} data-kind={step.kind}>
            <i style={{ width: `${(step.from_first ?? 0) * 100}%` }} />
            <Count value={step.entered} title={title} from="funnel" query={drill(query, report, { step: step.stage_id })} className={classes.strong} />
          </div>
          {before && compared && (
            <div className={classes.before}>
              <i style={{ width: `${(before.from_first ?? 0) * 100}%` }} />
              <span>{t('before')} <Count value={before.entered} title={`${title}, ${t('before')}`} from="funnel" query={drillBefore(query, compared, { step: step.stage_id })} /></span>
              <Delta now={step.entered} before={before.entered} />
            </div>
          )}
          <Odd step={step} report={report} query={query} />
        </td>
        <td data-right>{first ? '' : <strong>{percent(step.from_previous, 1)}</strong>}{before && !first && <div><Delta share now={step.from_previous} before={before.from_previous} /></div>}</td>
        <td data-right className={classes.roomy}>{percent(step.from_first, 1)}{before && !first && <div><Delta share now={step.from_first} before={before.from_first} /></div>}</td>
        <td data-right className={classes.roomy} title={step.p90_seconds == null ? undefined : t('p90', { time: rough(step.p90_seconds) })}>{step.median_seconds == null ? '' : rough(step.median_seconds)}</td>
        <td data-right className={classes.roomy}>{step.value.length === 0 ? number(0) : step.value.map(({ currency, amount }) => <span key={currency} className={classes.line}>{money(amount, currency, true)}</span>)}</td>
      </tr>
    </>
  );
}

/** Who did not come on from the step before, and where they are. */
function Dropped({ step, report, query }: Omit<RowProps, 'first' | 'before'>) {
  const { t } = useTranslation('funnel');
  const share = step.from_previous == null ? null : 1 - step.from_previous;
  const one = (outcome: string, value: number) => (
    <Count value={value} title={t(`behind.${outcome}`, { step: step.name })} from="funnel" query={drill(query, report, { step: step.stage_id, outcome })}>{t(`outcome.${outcome}`, { count: value })}</Count>
  );
  return (
    <tr className={classes.drop}>
      <td />
      <td colSpan={5}>
        <span aria-hidden>↳ </span>{one('dropped', step.dropped)} <span className={classes.soft}>({percent(share)})</span>
        {step.dropped_lost > 0 && <> · {one('lost', step.dropped_lost)}</>}
        {step.dropped_open > 0 && <> · {one('open', step.dropped_open)}</>}
        {step.dropped_won > 0 && <> · {one('won', step.dropped_won)}</>}
      </td>
    </tr>
  );
}

/** Ways that are not straight on. */
function Odd({ step, report, query }: Omit<RowProps, 'first' | 'before'>) {
  const { t } = useTranslation('funnel');
  const odd = (['skipped', 're_entered', 'regressed'] as const).filter((name) => step[name] > 0);
  if (odd.length === 0) return null;
  return (
    <div className={classes.odd}>
      {odd.map((outcome) => (
        <Count key={outcome} value={step[outcome]} title={t(`behind.${outcome}`, { step: step.name })} from="funnel" query={drill(query, report, { step: step.stage_id, outcome })}>
          {t(`outcome.${outcome}`, { count: step[outcome] })}
        </Count>
      ))}
    </div>
  );
}
