import { Anchor, Badge, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { usePipelines } from '@/app/lookups';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { Card } from '@/ui/record/Card';
import { type Company, useCompanyLeads, usePeople } from './useCompany';

const SHOWN = 12;

export function PeopleCard({ company: { id, name } }: { company: Company }) {
  const { t } = useTranslation('companies');
  const { data } = usePeople(id);
  const total = data?.total ?? data?.items.length ?? 0;
  return (
    <Card title={t('people')} note={total || undefined}>
      {data?.items.length === 0 && <Text size="sm" c="dimmed">{t('people.none')}</Text>}
      {data?.items.slice(0, SHOWN).map((contact) => (
        <Group key={contact.id} gap="sm" wrap="nowrap" py={3}>
          <Initials name={contact.display_name} size={26} />
          <div style={{ minWidth: 0 }}>
            <Link to="/contacts/$id" params={{ id: contact.id }} className="tl-link"><Text size="sm" fw={550} className="tl-cut" dir="auto">{contact.display_name}</Text></Link>
            <Text size="xs" c="dimmed" className="tl-cut">{[contact.job_title, contact.emails[0]?.address ?? contact.phones[0]?.number].filter(Boolean).join(' · ')}</Text>
          </div>
        </Group>
      ))}
      {total > SHOWN && <Anchor component={Link} to="/contacts" search={{ q: name } as never} size="sm">{t('people.all', { count: total })}</Anchor>}
    </Card>
  );
}

const RANK = { open: 0, won: 1, lost: 2 };
const TONES = { open: 'var(--mantine-color-text)', won: 'var(--tl-good)', lost: 'var(--tl-bad)' };

export function LeadsCard({ id }: { id: string }) {
  const { t } = useTranslation('companies');
  const { money } = useFormat();
  const { stages } = usePipelines();
  const { data } = useCompanyLeads(id);
  const leads = [...(data?.items ?? [])].sort((a, b) => RANK[a.stage_kind] - RANK[b.stage_kind]).slice(0, SHOWN * 2);
  return (
    <Card title={t('leads')} note={(data?.total ?? leads.length) || undefined}>
      {data && leads.length === 0 && <Text size="sm" c="dimmed">{t('leads.none')}</Text>}
      {leads.map((lead) => (
        <Group key={lead.id} gap={8} wrap="nowrap" py={4} align="start" justify="space-between">
          <div style={{ minWidth: 0 }}>
            <Link to="/leads/$id" params={{ id: lead.id }} className="tl-link"><Text size="sm" fw={550} dir="auto">{lead.title}</Text></Link>
            <Badge variant="light" color="gray" size="sm" c={TONES[lead.stage_kind]}>{stages.get(lead.stage_id)?.name}</Badge>
          </div>
          {lead.amount != null && lead.currency && <Text size="sm" fw={550} className="tl-num" style={{ whiteSpace: 'nowrap' }}>{money(lead.amount, lead.currency)}</Text>}
        </Group>
      ))}
    </Card>
  );
}
