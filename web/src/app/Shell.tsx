import { AppShell, Burger, Group, ScrollArea, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import { Logo } from '@/ui/Logo';
import { adoptLocale } from './i18n';
import { Navigation } from './Navigation';
import { SearchButton, SearchHost } from './SearchButton';
import { UserMenu } from './UserMenu';
import { useGoKeys } from './useGoKeys';

export function Shell() {
  const { t } = useTranslation('app');
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();
  const me = useMe();
  useGoKeys();
  useEffect(close, [pathname, close]);
  useEffect(() => void adoptLocale(me.user.locale), [me.user.locale]);
  return (
    <AppShell navbar={{ width: 216, breakpoint: 'sm', collapsed: { mobile: !opened } }} header={{ height: { base: 48, sm: 0 } }} padding={0}>
      <a href="#main" className="tl-skip">{t('nav.skip')}</a>
      <AppShell.Header hiddenFrom="sm">
        <Group h="100%" px="md" justify="space-between">
          <Group gap="sm">
            <Burger opened={opened} onClick={toggle} size="sm" aria-label={t('nav.open')} />
            <Logo size={20} /><Text fw={600}>Touchline</Text>
          </Group>
          <SearchButton compact />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={t('nav.main')}>
        <Group gap="sm" px={6} py={6} mb={6} visibleFrom="sm"><Logo size={20} /><Text fw={600}>Touchline</Text></Group>
        <SearchButton />
        <ScrollArea flex={1} mt="sm" type="never"><Navigation /></ScrollArea>
        <UserMenu />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}><Outlet /></AppShell.Main>
      <SearchHost />
    </AppShell>
  );
}
