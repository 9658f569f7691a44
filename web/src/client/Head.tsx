import { ActionIcon, Badge, Menu } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowMerge, IconDots, IconDownload, IconTrash } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { When } from '@/ui/When';
import { download } from '@/ui/download';
import classes from '@/ui/record/Record.module.css';
import { later } from '@/ui/later';
import { Steps } from './Steps';
import type { Client } from './useClient';

const MergeDialog = later(async () => (await import('./MergeDialog')).MergeDialog);

export function Head({ client }: { client: Client }) {
  const { t } = useTranslation('client');
  const { contact, company, owner } = client;
  return (
    <header className={classes.head}>
      <Initials name={contact.display_name} size={48} />
      <div style={{ minWidth: 0 }}>
        <h1 className={classes.name} dir="auto">{contact.display_name}</h1>
        <div className={classes.under}>
          {contact.job_title && <span>{contact.job_title}</span>}
          {company && <Link to="/companies/$id" params={{ id: company.id }} className="tl-link">{company.name}</Link>}
          <span>{owner ? t('owned', { name: owner.name }) : t('unowned')}</span>
          {contact.anonymous && <Badge variant="light" color="gray">{t('anonymous')}</Badge>}
          {contact.tags.map((tag) => <Badge key={tag} variant="light" color="iris" c="var(--tl-accent)">{tag}</Badge>)}
        </div>
      </div>
      <Stats client={client} />
      <Steps />
      <Actions client={client} />
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

function Actions({ client: { contact } }: { client: Client }) {
  const { t } = useTranslation('client');
  const navigate = useNavigate();
  const [merging, merge] = useDisclosure();
  const mayWrite = useMay('contacts:write');
  const mayExport = useMay('exports:run');
  const path = { id: contact.id };

  async function remove() {
    await take(api.DELETE('/api/v1/contacts/{id}', { params: { path, header: ifMatch(contact.version) } }));
    void queryClient.invalidateQueries({ queryKey: ['contacts'] });
    await navigate({ to: '/contacts' });
    notifyUndo(t('removed', { name: contact.display_name }), async () => {
      await take(api.POST('/api/v1/contacts/{id}/restore', { params: { path } }));
      await navigate({ to: '/contacts/$id', params: path });
    });
  }

  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target><ActionIcon variant="default" size="lg" aria-label={t('actions')}><IconDots size={17} /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          {mayWrite && <Menu.Item leftSection={<IconArrowMerge size={16} />} onClick={merge.open}>{t('merge')}</Menu.Item>}
          {mayExport && (
            <Menu.Item leftSection={<IconDownload size={16} />}
              onClick={() => void download(`/api/v1/contacts/${contact.id}/archive`, {}, `${contact.display_name}.zip`).catch(notifyProblem)}>{t('archive')}</Menu.Item>
          )}
          {mayWrite && <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove().catch(notifyProblem)}>{t('ui:delete')}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {merging && <MergeDialog contact={contact} close={merge.close} />}
    </>
  );
}
