import '@mantine/spotlight/styles.css';
import { Center, Group, Loader, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, spotlight } from '@mantine/spotlight';
import { IconBuilding, IconSearch, IconTargetArrow } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/auth/hooks';
import { Initials } from '@/ui/Initials';
import { settingsFor } from '@/settings/places';
import { needTexts } from './i18n';
import { allowed, PLACES } from './places';
import { searching } from './searching';
import { useFound } from './useFound';
import { useStore } from './useStore';

/** Ctrl-K: everything by name, from anywhere. */
export function Search() {
  const { t } = useTranslation('app');
  const [query, setQuery] = useState('');
  const { asked } = useStore(searching);
  useEffect(() => spotlight.open(), [asked]);
  const [wanted] = useDebouncedValue(query.trim(), 120);
  const { contacts, companies, leads, busy } = useFound(wanted);
  const places = usePlaces(query);
  const nothing = wanted.length >= 2 && !busy && contacts.length + companies.length + leads.length + places.length === 0;
  return (
    <Spotlight.Root query={query} onQueryChange={setQuery} shortcut={['mod + K']} scrollable maxHeight={420} radius="md" clearQueryOnClose zIndex={400}>
      <Spotlight.Search placeholder={t('search.placeholder')} aria-label={t('search')}
        leftSection={busy ? <Loader size={16} /> : <IconSearch size={18} />} />
      <Spotlight.ActionsList>
        <Part title={t('nav.contacts')}>
          {contacts.map((contact) => (
            <Hit key={contact.id} to={`/contacts/${contact.id}`} name={contact.display_name} icon={<Initials name={contact.display_name} size={24} />}
              more={contact.emails[0]?.address ?? contact.phones[0]?.number} />
          ))}
        </Part>
        <Part title={t('nav.companies')}>
          {companies.map((company) => (
            <Hit key={company.id} to={`/companies/${company.id}`} name={company.name} more={company.domain} icon={<IconBuilding size={18} stroke={1.5} />} />
          ))}
        </Part>
        <Part title={t('nav.leads')}>
          {leads.map((lead) => (
            <Hit key={lead.id} to={`/leads/${lead.id}`} name={lead.title} more={lead.contact_name ?? undefined} icon={<IconTargetArrow size={18} stroke={1.5} />} />
          ))}
        </Part>
        <Part title={t('search.goto')}>
          {places.map(({ to, label, icon: Mark }) => <Hit key={to} to={to} name={label} icon={<Mark size={18} stroke={1.5} />} />)}
        </Part>
        {nothing && <Spotlight.Empty>{t('search.nothing', { query: wanted })}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

function usePlaces(query: string) {
  const { t } = useTranslation('app');
  const { permissions } = useMe();
  const text = query.trim().toLocaleLowerCase();
  useEffect(() => { if (text !== '') void needTexts('settings'); }, [text]);
  const places = allowed(PLACES, permissions).flatMap(({ places }) => places)
    .map(({ to, icon, name }) => ({ to, icon, label: t(`nav.${name}`) }));
  // Nobody wants to see all settings before a word is typed.
  const settings = text === '' ? [] : settingsFor(permissions).flatMap(({ places }) => places)
    .map(({ path, icon }) => ({ to: `/settings/${path}`, icon, label: `${t('nav.settings')}: ${t(`settings:page.${path}`)}` }));
  return [...places, ...settings].filter(({ label }) => label.toLocaleLowerCase().includes(text));
}

function Part({ title, children }: { title: string; children: ReactNode[] }) {
  return children.length === 0 ? null : <Spotlight.ActionsGroup label={title}>{children}</Spotlight.ActionsGroup>;
}

function Hit({ to, name, more, icon }: { to: string; name: string; more?: string | null; icon: ReactNode }) {
  const navigate = useNavigate();
  return (
    <Spotlight.Action onClick={() => void navigate({ to })} highlightColor="iris">
      <Group gap="sm" wrap="nowrap" w="100%" miw={0}>
        <Center w={24} flex="none">{icon}</Center>
        <Text size="sm" className="tl-cut" dir="auto">{name}</Text>
        <Text size="xs" c="dimmed" ml="auto" className="tl-cut">{more}</Text>
      </Group>
    </Spotlight.Action>
  );
}
