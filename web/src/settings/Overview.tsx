import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import { PageHeader } from '@/ui/PageHeader';
import { settingsFor } from './places';
import classes from './Settings.module.css';

/** What can be set, and what it is good for. */
export default function Overview() {
  const { t } = useTranslation('settings');
  const { permissions } = useMe();
  return (
    <>
      <PageHeader title={t('title')} />
      {settingsFor(permissions).map(({ group, places }) => (
        <section key={group} aria-labelledby={`settings-${group}`}>
          <h2 id={`settings-${group}`} className={classes.part}>{t(`group.${group}`)}</h2>
          <div className={classes.cards}>
            {places.map(({ path, icon: Mark }) => (
              <Link key={path} to={`/settings/${path}` as '/settings'} className={classes.tile}>
                <Mark size={18} stroke={1.6} aria-hidden /><b>{t(`page.${path}`)}</b><span>{t(`about.${path}`)}</span>
              </Link>
            ))}
          </div>
        </section>
      ))}
    </>
  );
}
