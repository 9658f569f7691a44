import { Drawer, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import type { Company } from './columns';

/** A company beside the list: who works there, and what is for sale. */
export function CompanyDrawer({ company, close }: { company: Company | null; close: () => void }) {
  const { t } = useTranslation('companies');
  return (
    <Drawer opened={company !== null} onClose={close} position="right" size="md" title={company?.name} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      {company && <Inside company={company} />}
    </Drawer>
  );
}

function Inside({ company }: { company: Company }) {
  const { t } = useTranslation('companies');
  const { money } = useFormat();
  const { stages } = usePipelines();
  const query = { company_id: company.id, limit: 50 };
  const people = useQuery({ queryKey: ['contacts', 'of', company.id], queryFn: () => take(api.GET('/api/v1/contacts', { params: { query } })) });
  const leads = useQuery({ queryKey: ['leads', 'of', company.id], queryFn: () => take(api.GET('/api/v1/leads', { params: { query } })) });
  const facts = [company.domain, company.industry, company.phone, company.email, company.address?.city].filter(Boolean);
  return (
    <Stack gap="lg">
      {facts.length > 0 && <Text size="sm" c="dimmed">{facts.join(' · ')}</Text>}
      <Part title={t('people')} empty={t('people.none')} count={people.data?.items.length}>
        {people.data?.items.map((contact) => (
          <Group key={contact.id} gap="sm" wrap="nowrap">
            <Initials name={contact.display_name} size={26} />
            <Link to="/contacts/$id" params={{ id: contact.id }} className="tl-link"><Text size="sm" dir="auto">{contact.display_name}</Text></Link>
            <Text size="xs" c="dimmed" ml="auto">{contact.job_title}</Text>
          </Group>
        ))}
      </Part>
      <Part title={t('leads')} empty={t('leads.none')} count={leads.data?.items.length}>
        {leads.data?.items.map((lead) => (
          <Group key={lead.id} gap="sm" wrap="nowrap">
            <Link to="/leads/$id" params={{ id: lead.id }} className="tl-link"><Text size="sm" dir="auto">{lead.title}</Text></Link>
            <Text size="xs" c="dimmed" ml="auto" ta="right">{[stages.get(lead.stage_id)?.name, lead.amount != null && lead.currency && money(lead.amount, lead.currency)].filter(Boolean).join(' · ')}</Text>
          </Group>
        ))}
      </Part>
    </Stack>
  );
}

function Part({ title, empty, count, children }: { title: string; empty: string; count: number | undefined; children: React.ReactNode }) {
  return (
    <section aria-label={title}>
      <Text component="h3" size="sm" fw={600} mt={0} mb={6}>{title}</Text>
      {count === 0 ? <Text size="sm" c="dimmed">{empty}</Text> : <Stack gap={8}>{children}</Stack>}
    </section>
  );
}
