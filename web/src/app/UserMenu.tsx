import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import { Initials } from '@/ui/Initials';
import { menuLater } from '@/ui/menu/later';
import classes from './Navigation.module.css';

const Items = menuLater(async () => (await import('./UserMenuItems')).UserMenuItems, { position: 'top-start', width: 220 });

export function UserMenu() {
  const { t } = useTranslation('app');
  const { user } = useMe();
  return (
    <Items target={(
      <button type="button" className={`tl-plain ${classes.user}`}>
        <Initials name={user.name} size={26} />
        <span className="tl-cut">{user.name}<small className="tl-cut">{t(`ui:role.${user.role}`)}</small></span>
      </button>
    )} />
  );
}
