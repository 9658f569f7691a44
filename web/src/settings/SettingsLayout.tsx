import { Text } from '@mantine/core';
import { IconChevronLeft, IconLock } from '@tabler/icons-react';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import { EmptyState } from '@/ui/EmptyState';
import { Page } from '@/ui/Page';
import { settingsFor, settingsPlace } from './places';
import classes from './Settings.module.css';

/** All settings beside the one that is open. On a phone the overview is what one chooses from. */
export default function SettingsLayout() {
  const { t } = useTranslation('settings');
  const { permissions } = useMe();
  const { pathname } = useLocation();
  const needs = settingsPlace(pathname)?.needs;
  const allowed = !needs || permissions.includes(needs);
  const inside = pathname.replace(/\/$/, '') !== '/settings';
  return (
    <Page>
      <div className={classes.columns}>
        <nav className={classes.side} aria-label={t('title')}>
          <Link to="/settings" className={classes.home} activeOptions={{ exact: true, includeSearch: false }}>{t('title')}</Link>
          {settingsFor(permissions).map(({ group, places }) => (
            <div key={group}>
              <Text size="xs" c="dimmed" fw={500} px={8} mt="md" mb={2}>{t(`group.${group}`)}</Text>
              {places.map(({ path, icon: Mark }) => (
                <Link key={path} to={`/settings/${path}` as '/settings'} className={classes.link} activeOptions={{ includeSearch: false }}
                  activeProps={{ 'data-active': true, 'aria-current': 'page' }}>
                  <Mark size={16} stroke={1.6} aria-hidden />{t(`page.${path}`)}
                </Link>
              ))}
            </div>
          ))}
        </nav>
        <div className={classes.main}>
          {inside && <Link to="/settings" className={classes.back}><IconChevronLeft size={15} aria-hidden />{t('title')}</Link>}
          {allowed ? <Outlet /> : <><h1 className="tl-hidden">{t('title')}</h1><EmptyState icon={IconLock} title={t('locked.title')} text={t('locked.text')} /></>}
        </div>
      </div>
    </Page>
  );
}
