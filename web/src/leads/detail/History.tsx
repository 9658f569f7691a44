import { useTranslation } from 'react-i18next';
import { useLostReasons, useUsers } from '@/app/lookups';
import { useFormat } from '@/ui/format';
import classes from './Detail.module.css';
import { type Lead, useStays } from './useLead';

/** In which stages the lead stood, since when, how long, and who moved it there. */
export function History({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads');
  const { dayAndTime, duration } = useFormat();
  const { byId } = useUsers();
  const reasons = useLostReasons();
  const stays = useStays(lead.id);
  return (
    <section className={classes.card} aria-labelledby={`stays-${lead.id}`}>
      <h2 className={classes.part} id={`stays-${lead.id}`}>{t('history')}</h2>
      <ol className={classes.history}>
        {[...(stays ?? [])].reverse().map((stay) => {
          const why = [reasons.find(({ id }) => id === stay.lost_reason_id)?.name, stay.reason].filter(Boolean).join(': ');
          return (
            <li key={stay.id} data-kind={stay.kind} data-now={!stay.exited_at || undefined}>
              <div className={classes.stay}>
                <strong>{stay.stage_name}</strong>
                {/* Won and lost are where a lead ends, so it does not stay there for a time. */}
                {stay.kind === 'open' && <span className="tl-num">{duration(stay.seconds)}</span>}
              </div>
              <div className={classes.sub}>
                <time dateTime={stay.entered_at}>{dayAndTime(stay.entered_at)}</time>
                {stay.moved_by && <span>{byId.get(stay.moved_by)?.name}</span>}
              </div>
              {why && <div className={classes.sub} dir="auto">{why}</div>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
