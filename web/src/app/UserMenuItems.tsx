import { Menu, useMantineColorScheme } from '@mantine/core';
import { IconApi, IconCheck, IconDeviceDesktop, IconKeyboard, IconLogout, IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { logOut } from '@/auth/session';
import { LANGUAGES, type Language } from './language';
import { openKeyHelp } from './dialogs';
import { speak } from './speak';

const SCHEMES = [['light', IconSun], ['dark', IconMoon], ['auto', IconDeviceDesktop]] as const;

export function UserMenuItems() {
  const { t, i18n } = useTranslation('app');
  const navigate = useNavigate();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <>
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
      <Menu.Item leftSection={<IconUserCircle size={16} />} onClick={() => void navigate({ to: '/settings/account' })}>{t('user.account')}</Menu.Item>
      <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={openKeyHelp}>{t('user.keys')}</Menu.Item>
      <Menu.Item leftSection={<IconApi size={16} />} component="a" href="/docs/" target="_blank">{t('user.docs')}</Menu.Item>
      <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void logOut()}>{t('user.logout')}</Menu.Item>
    </>
  );
}
