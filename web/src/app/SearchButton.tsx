import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { later } from '@/ui/later';
import classes from './Navigation.module.css';
import { openSearch, searching } from './searching';
import { useStore } from './useStore';

const Search = later(async () => (await import('./Search')).Search);

/** The search itself, as soon as somebody wants it. */
export function SearchHost() {
  const { asked } = useStore(searching);
  useHotkeys([['mod+K', () => asked === 0 && openSearch()]], []);
  return asked > 0 && <Search />;
}

export function SearchButton({ compact, className }: { compact?: boolean; className?: string }) {
  const { t } = useTranslation('app');
  if (compact) {
    return <button type="button" className={className} aria-label={t('search')} onClick={openSearch}><IconSearch size={18} /></button>;
  }
  return (
    <button type="button" className={classes.search} onClick={openSearch}>
      <IconSearch size={15} aria-hidden />{t('search')}<kbd className="tl-key">Ctrl K</kbd>
    </button>
  );
}
