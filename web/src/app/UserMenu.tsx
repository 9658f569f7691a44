import { Menu, Text, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { IconApi, IconCheck, IconDeviceDesktop, IconKeyboard, IconLogout, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take } from '@/api/client';
import { useMe } from '@/auth/hooks';
import { loadMe, logOut } from '@/auth/session';
import { Initials } from '@/ui/Initials';
import { changeLanguage, LANGUAGES, type Language } from './i18n';
import { openKeyHelp } from './KeyHelp';
import classes from './Navigation.module.css';

const SCHEMES = [['light', IconSun], ['dark', IconMoon], ['auto', IconDeviceDesktop]] as const;

export function UserMenu() {
  const { t, i18n } = useTranslation('app');
  const { user } = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  async function speak(language: Language) {
    await changeLanguage(language);
    // Also for reports and mails, and in the next browser; here it holds already.
    await take(api.PATCH('/api/v1/me', { params: { header: ifMatch(user.version) }, body: { locale: language } })).then(loadMe, () => undefined);
  }

  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.user}>
          <Initials name={user.name} size={26} />
          <div className="tl-cut">
            <Text size="sm" className="tl-cut">{user.name}</Text>
            <Text size="xs" c="dimmed">{t(`ui:role.${user.role}`)}</Text>
          </div>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('user.appearance')}</Menu.Label>
        {SCHEMES.map(([scheme, Mark]) => (
          <Menu.Item key={scheme} leftSection={<Mark size={16} />} rightSection={colorScheme === scheme ? <IconCheck size={14} /> : null}
            onClick={() => setColorScheme(scheme)}>{t(`user.${scheme}`)}</Menu.Item>
        ))}
        <Menu.Label>{t('user.language')}</Menu.Label>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <Menu.Item key={code} lang={code} rightSection={i18n.language === code ? <IconCheck size={14} /> : null}
            onClick={() => void speak(code as Language)}>{name}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={openKeyHelp}>{t('user.keys')}</Menu.Item>
        <Menu.Item leftSection={<IconApi size={16} />} component="a" href="/docs/" target="_blank">{t('user.docs')}</Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void logOut()}>{t('user.logout')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
