import { ActionIcon } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { When } from '@/ui/When';
import classes from '@/ui/record/Record.module.css';
import { later } from '@/ui/later';
import { menuLater } from '@/ui/menu/later';
import { Steps } from './Steps';
import type { Client } from './useClient';

const Actions = menuLater(async () => (await import('./Actions')).Actions, { position: 'bottom-end' });
const MergeDialog = later(async () => (await import('./MergeDialog')).MergeDialog);

export function Head({ client }: { client: Client }) {
  const { t } = useTranslation('client');
  const { contact, company, owner } = client;
  const [merging, merge] = useDisclosure();
  return (
    <header className={classes.head}>
      <Initials name={contact.display_name} size={48} />
      <div style={{ minWidth: 0 }}>
        <h1 className={classes.name} dir="auto">{contact.display_name}</h1>
        <div className={classes.under}>
          {contact.job_title && <span>{contact.job_title}</span>}
          {company && <Link to="/companies/$id" params={{ id: company.id }} className="tl-link">{company.name}</Link>}
          <span>{owner ? t('owned', { name: owner.name }) : t('unowned')}</span>
          {contact.anonymous && <span className="tl-tag">{t('anonymous')}</span>}
          {contact.tags.map((tag) => <span key={tag} className={`tl-tag ${classes.tag}`}>{tag}</span>)}
        </div>
      </div>
      <Stats client={client} />
      <Steps />
      <Actions contact={contact} merge={merge.open} target={<ActionIcon variant="default" size="lg" aria-label={t('actions')}><IconDots size={17} /></ActionIcon>} />
      {merging && <MergeDialog contact={contact} close={merge.close} />}
    </header>
  );
}

function Stats({ client }: { client: Client }) {
  const { t } = useTranslation('client');
  const { money, number } = useFormat();
  const touches = client.channels.reduce((sum, { interactions }) => sum + interactions, 0);
  const offline = client.channels.filter((channel) => !channel.online).reduce((sum, { interactions }) => sum + interactions, 0);
  return (
    <dl className={classes.stats}>
      {client.won_value.map(({ currency, amount }) => <div key={currency}><dt>{t('stat.won')}</dt><dd style={{ color: 'var(--tl-good)' }}>{money(amount, currency)}</dd></div>)}
      {client.open_value.map(({ currency, amount }) => <div key={currency}><dt>{t('stat.open')}</dt><dd>{money(amount, currency)}</dd></div>)}
      <div><dt>{t('stat.touches')}</dt><dd title={t('stat.split', { online: number(touches - offline), offline: number(offline) })}>{number(touches)}</dd></div>
      {client.first_touch && <div><dt>{t('stat.first')}</dt><dd><When at={client.first_touch.at} /></dd></div>}
      {client.last_touch && <div><dt>{t('stat.last')}</dt><dd><When at={client.last_touch.at} /></dd></div>}
    </dl>
  );
}
