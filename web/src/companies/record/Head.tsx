import { ActionIcon, Anchor, Badge, Menu } from '@mantine/core';
import { IconDots, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take } from '@/api/client';
import { useUsers } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import classes from '@/ui/record/Record.module.css';
import { type Company, sumsOf, useCompanyLeads, usePeople } from './useCompany';

export function Head({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const users = useUsers();
  const owner = users.byId.get(company.owner_id ?? '')?.name;
  return (
    <header className={classes.head}>
      <Initials name={company.name} size={48} />
      <div style={{ minWidth: 0 }}>
        <h1 className={classes.name} dir="auto">{company.name}</h1>
        <div className={classes.under}>
          {company.industry && <span>{company.industry}</span>}
          <Site company={company} />
          <span>{owner ? t('owned', { name: owner }) : t('unowned')}</span>
          {company.tags.map((tag) => <Badge key={tag} variant="light" color="iris" c="var(--tl-accent)">{tag}</Badge>)}
        </div>
      </div>
      <Stats id={company.id} />
      <Actions company={company} />
    </header>
  );
}

/** Only addresses of the web are followed: others could be code. */
function Site({ company: { website, domain } }: { company: Company }) {
  const address = website && /^https?:\/\//i.test(website) ? website : domain ? `https://${domain}` : null;
  return address ? <Anchor href={address} target="_blank" rel="noopener noreferrer" size="sm" c="inherit">{domain ?? address.replace(/^https?:\/\//i, '')}</Anchor> : null;
}

function Stats({ id }: { id: string }) {
  const { t } = useTranslation('companies');
  const { money, number } = useFormat();
  const people = usePeople(id).data;
  const leads = useCompanyLeads(id).data?.items ?? [];
  return (
    <dl className={classes.stats}>
      {sumsOf(leads, 'won').map(({ currency, amount }) => <div key={currency}><dt>{t('stat.won')}</dt><dd style={{ color: 'var(--tl-good)' }}>{money(amount, currency)}</dd></div>)}
      {sumsOf(leads, 'open').map(({ currency, amount }) => <div key={currency}><dt>{t('stat.open')}</dt><dd>{money(amount, currency)}</dd></div>)}
      {people && <div><dt>{t('people')}</dt><dd>{number(people.total ?? people.items.length)}</dd></div>}
    </dl>
  );
}

function Actions({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const navigate = useNavigate();
  const path = { id: company.id };
  if (!useMay('companies:write')) return null;

  async function remove() {
    await take(api.DELETE('/api/v1/companies/{id}', { params: { path, header: ifMatch(company.version) } }));
    await navigate({ to: '/companies' });
    void queryClient.invalidateQueries({ queryKey: ['companies'] });
    notifyUndo(t('removed', { name: company.name }), async () => {
      await take(api.POST('/api/v1/companies/{id}/restore', { params: { path } }));
      void queryClient.invalidateQueries({ queryKey: ['companies'] });
      await navigate({ to: '/companies/$id', params: path });
    });
  }

  return (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon variant="default" size="lg" aria-label={t('actions')}><IconDots size={17} /></ActionIcon></Menu.Target>
      <Menu.Dropdown><Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove().catch(notifyProblem)}>{t('ui:delete')}</Menu.Item></Menu.Dropdown>
    </Menu>
  );
}
