import { useDisclosure } from '@mantine/hooks';
import { IconMenu2, IconX } from '@tabler/icons-react';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import { Logo } from '@/ui/Logo';
import { adoptLocale } from './i18n';
import { Navigation } from './Navigation';
import { SearchButton, SearchHost } from './SearchButton';
import classes from './Shell.module.css';
import { UserMenu } from './UserMenu';
import { useGoKeys } from './useGoKeys';

/** Plain elements: Mantine's shell is much to read and to run for what a few lines of style do. */
export function Shell() {
  const { t } = useTranslation('app');
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const me = useMe();
  const Mark = opened ? IconX : IconMenu2;
  useGoKeys();
  useEffect(close, [pathname, close]);
  useEffect(() => void adoptLocale(me.user.locale), [me.user.locale]);
  return (
    <>
      <a href="#main" className={classes.skip}>{t('nav.skip')}</a>
      <header className={classes.header}>
        <button type="button" className={classes.icon} onClick={toggle} aria-label={t('nav.open')} aria-expanded={opened}><Mark size={20} aria-hidden /></button>
        <Logo size={20} />Touchline
        <SearchButton compact className={classes.icon} />
      </header>
      <nav className={classes.navbar} aria-label={t('nav.main')} data-open={opened || undefined}>
        <div className={classes.brand}><Logo size={20} />Touchline</div>
        <SearchButton />
        <div className={classes.places}><Navigation /></div>
        <UserMenu />
      </nav>
      <main className={classes.main} id="main" tabIndex={-1}><Outlet /></main>
      <SearchHost />
    </>
  );
}
