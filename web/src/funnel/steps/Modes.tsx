import { useTranslation } from 'react-i18next';
import type { Query } from '../ask';
import { Count } from '../Count';
import classes from '../Funnel.module.css';
import { percent } from '../percent';
import type { Funnel } from '../useReport';
import { drill } from './drill';

/** The same leads counted in each mode, side by side. */
export function Modes({ report, query }: { report: Funnel; query: Query }) {
  const { t } = useTranslation('funnel');
  const { modes } = report.total;
  const steps = modes[0]?.steps ?? [];
  return (
    <div className={classes.card}>
      <div className={classes.sideways} tabIndex={0} role="group" aria-label={t('mode.all')}>
        <table className={classes.steps}>
          <thead>
            <tr>
              <th scope="col">{t('step')}</th>
              {modes.map(({ mode }) => <th key={mode} scope="col" className={classes.third}>{t(`mode.${mode}`)}<small>{t(`mode.${mode}.text`)}</small></th>)}
            </tr>
          </thead>
          <tbody>
            {steps.map(({ stage_id: id, name, kind }, index) => (
              <tr key={id} className={classes.step}>
                <th scope="row">{name}</th>
                {modes.map(({ mode, steps: own }) => {
                  const step = own[index];
                  return step && (
                    <td key={mode} className={classes.third}>
                      <div className={classes.bar} data-kind={kind}>
                        <i style={{ width: `${(step.from_first ?? 0) * 100}%` }} />
                        <Count value={step.entered} className={classes.strong} title={`${t('behind.entered', { step: name })}, ${t(`mode.${mode}`)}`} from="funnel" query={drill(query, report, { mode, step: id })} />
                      </div>
                      <div className={classes.soft}>{percent(step.from_first, 1)}{index > 0 && ` · ${t('share.previous', { share: percent(step.from_previous, 1) })}`}</div>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
