import { ActionIcon, Loader, Menu } from '@mantine/core';
import { IconDots, IconExternalLink, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take } from '@/api/client';
import { useContactNames, usePipelines } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { Composer } from '@/client/Composer';
import { ErrorState } from '@/ui/ErrorState';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { notifyProblem, notifyUndo } from '@/ui/notify';
import { refreshLeads } from '../refresh';
import classes from './Detail.module.css';
import { Facts } from './Facts';
import { History } from './History';
import { Lately } from './Lately';
import { Steps } from './Steps';
import { type Lead, useLead, useSaveLead } from './useLead';

interface Props {
  id: string;
  /** Where the lead stands beside something else: what leads to its own page. */
  beside?: boolean;
  /** It is no more. */
  gone: () => void;
  /** Stands beside the title, such as what closes a drawer. */
  corner?: ReactNode;
}

/** Everything about one lead. */
export function LeadDetail({ id, ...props }: Props) {
  const { t } = useTranslation('leads');
  const { data: lead, error, refetch } = useLead(id);
  if (!lead) return error ? <>{props.corner}<ErrorState error={error} reset={() => void refetch()} /></> : <div className={classes.wait} role="status"><Loader size="sm" aria-label={t('ui:loading')} /></div>;
  return <Detail key={id} lead={lead} {...props} />;
}

function Detail({ lead, beside, gone, corner }: Omit<Props, 'id'> & { lead: Lead }) {
  const { t } = useTranslation('leads');
  const save = useSaveLead(lead);
  const Title = beside ? 'h2' : 'h1';
  return (
    <div className={classes.detail} data-beside={beside || undefined}>
      <div className={classes.head}>
        <div className={classes.top}>
          <Title className={classes.title} dir="auto">{lead.title}</Title>
          <div className={classes.corner}><Actions lead={lead} beside={beside} gone={gone} />{corner}</div>
        </div>
        <Under lead={lead} />
        <Steps lead={lead} />
      </div>
      <div className={classes.columns}>
        <div>
          <section className={classes.card} aria-labelledby={`facts-${lead.id}`}>
            <h2 className={classes.part} id={`facts-${lead.id}`}>{t('facts')}</h2>
            <Facts lead={lead} save={save} />
          </section>
          <History lead={lead} />
        </div>
        <div>
          <Composer contactId={lead.contact_id} leads={[lead]} about={lead.id} />
          <Lately lead={lead} />
        </div>
      </div>
    </div>
  );
}

function Under({ lead }: { lead: Lead }) {
  const { money } = useFormat();
  const { list } = usePipelines();
  const { contact_name: name, contact_phone: phone, company_id: company, company_name: companyName } = lead;
  // The address does not come along.
  const email = useContactNames([lead.contact_id])?.get(lead.contact_id)?.emails[0]?.address;
  return (
    <div className={classes.under}>
      {lead.amount != null && lead.currency && <strong className="tl-num">{money(lead.amount, lead.currency)}</strong>}
      <span className={classes.client}>
        <Initials name={name ?? ''} size={22} />
        <Link to="/contacts/$id" params={{ id: lead.contact_id }} search={{ lead: lead.id }} className={classes.name} dir="auto">{name ?? '…'}</Link>
      </span>
      {company && companyName && <Link to="/companies/$id" params={{ id: company }} className="tl-link" dir="auto">{companyName}</Link>}
      {phone && <a className="tl-link" href={`tel:${phone}`}>{phone}</a>}
      {email && <a className="tl-link" href={`mailto:${email}`}>{email}</a>}
      {list.length > 1 && <span>{list.find(({ id }) => id === lead.pipeline_id)?.name}</span>}
    </div>
  );
}

function Actions({ lead, beside, gone }: Omit<Props, 'id' | 'corner'> & { lead: Lead }) {
  const { t } = useTranslation('leads');
  const mayWrite = useMay('leads:write');
  const params = { path: { id: lead.id } };
  async function remove() {
    await take(api.DELETE('/api/v1/leads/{id}', { params: { ...params, header: ifMatch(lead.version) } }));
    gone();
    void refreshLeads();
    notifyUndo(t('deleted', { title: lead.title }), async () => {
      await take(api.POST('/api/v1/leads/{id}/restore', { params }));
      void refreshLeads();
    });
  }
  const items: ReactNode[] = [
    beside && <Menu.Item key="page" leftSection={<IconExternalLink size={16} />} renderRoot={(props) => <Link to="/leads/$id" params={{ id: lead.id }} {...props} />}>{t('page')}</Menu.Item>,
    mayWrite && <Menu.Item key="delete" color="red" leftSection={<IconTrash size={16} />} onClick={() => void remove().catch(notifyProblem)}>{t('ui:delete')}</Menu.Item>,
  ].filter(Boolean);
  if (items.length === 0) return null;
  return (
    <Menu position="bottom-end">
      <Menu.Target><ActionIcon variant="default" size="lg" aria-label={t('actions')}><IconDots size={17} /></ActionIcon></Menu.Target>
      <Menu.Dropdown>{items}</Menu.Dropdown>
    </Menu>
  );
}
