import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import classes from './Navigation.module.css';
import { allowed, PLACES } from './places';

export function Navigation() {
  const { t } = useTranslation('app');
  const { permissions } = useMe();
  return (
    <>
      {allowed(PLACES, permissions).map(({ group, places }) => (
        <div key={group} className={classes.group}>
          <p>{t(`nav.${group}`)}</p>
          {places.map(({ to, name, icon: Mark }) => (
            <Link key={to} to={to} className={classes.link} activeOptions={{ exact: to === '/' }} activeProps={{ 'data-active': true, 'aria-current': 'page' }}>
              <Mark size={17} stroke={1.6} aria-hidden />
              {t(`nav.${name}`)}
            </Link>
          ))}
        </div>
      ))}
    </>
  );
}
