import { Button, Checkbox, Group, NumberInput, Stack, TagsInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { ProblemAlert } from '@/ui/form/ProblemAlert';
import { useSubmit } from '@/ui/form/useSubmit';
import { notifyUndo } from '@/ui/notify';
import { moved, SortableRow, SortableRows } from '@/ui/SortableRow';
import { RowItem } from '@/ui/Rows';
import { Frame, Part } from '../Frame';
import classes from '../Settings.module.css';

type Rules = Schemas['Rules'];
type Kind = Schemas['IdentityKind'];
const KEY = ['identity-rules'];
const LETTERS = ['ingest-settings'];

/** By what touchpoints find their client. */
export default function IdentityPage() {
  const found = useQuery({ queryKey: KEY, queryFn: () => take(api.GET('/api/v1/settings/identity-rules')) });
  const mayManage = useMay('ingest:manage');
  return (
    <Frame name="identity" found={found}>
      {found.data && <RulesForm rules={found.data} key={JSON.stringify(found.data)} />}
      {mayManage && <Letters />}
    </Frame>
  );
}

async function save(body: Rules) {
  const { priority, limits, blocked } = body;
  await take(api.PUT('/api/v1/settings/identity-rules', { body: { priority, limits, blocked } }));
  await queryClient.invalidateQueries({ queryKey: KEY });
}

function RulesForm({ rules }: { rules: Rules }) {
  const { t } = useTranslation('settings');
  const mayWrite = useMay('settings:write');
  const limits = rules.limits as Record<Kind, number>;
  const form = useForm({ initialValues: { priority: rules.priority, limits, blocked: rules.blocked } });
  const sending = useSubmit(form, async (values) => {
    await save(values);
    notifyUndo(t('ui:saved'), () => save(rules));
  });
  const order = form.values.priority;
  const limit = (kind: Kind) => (
    <NumberInput size="xs" w={92} min={1} max={10_000} allowDecimal={false} readOnly={!mayWrite} aria-label={t('who.limit', { kind: t(`who.${kind}`) })} {...form.getInputProps(`limits.${kind}`)} />
  );
  const row = (kind: Kind) => ({ title: t(`who.${kind}`), sub: t(`who.${kind}.text`), children: <><span>{t('who.most')}</span>{limit(kind)}</> });
  return (
    <form onSubmit={sending.submit} noValidate>
      <ProblemAlert problem={sending.problem} />
      <Part title={t('who.priority')}>
        <SortableRows label={t('who.priority')} move={(from, to) => form.setFieldValue('priority', moved(order, from, to))}>
          {order.map((kind, index) => (mayWrite
            ? <SortableRow key={kind} index={index} count={order.length} name={t(`who.${kind}`)} {...row(kind)} />
            : <RowItem key={kind} {...row(kind)} />))}
        </SortableRows>
      </Part>
      <Part title={t('who.blocked')}>
        <div className={classes.card}>
          <TagsInput aria-label={t('who.blocked')} description={t('who.blocked.hint')} readOnly={!mayWrite} acceptValueOnBlur {...form.getInputProps('blocked')} />
        </div>
      </Part>
      {mayWrite && <Group mt="md"><Button type="submit" loading={sending.busy} disabled={!form.isDirty()}>{t('ui:save')}</Button></Group>}
    </form>
  );
}

/** What becomes of e-mails that a mail server hands over. */
function Letters() {
  const { t } = useTranslation('settings');
  const { data } = useQuery({ queryKey: LETTERS, queryFn: () => take(api.GET('/api/v1/ingest/settings')) });
  return <Part title={t('letters')}>{data && <LettersForm settings={data} key={JSON.stringify(data)} />}</Part>;
}

function LettersForm({ settings }: { settings: Schemas['Settings'] }) {
  const { t } = useTranslation('settings');
  const form = useForm({ initialValues: { email_creates_contacts: settings.email_creates_contacts, our_domains: settings.our_domains } });
  const put = (body: Schemas['Settings']) => take(api.PUT('/api/v1/ingest/settings', { body })).then(() => queryClient.invalidateQueries({ queryKey: LETTERS }));
  const sending = useSubmit(form, async (values) => {
    await put({ ...settings, ...values });
    notifyUndo(t('ui:saved'), () => put(settings));
  });
  return (
    <form onSubmit={sending.submit} className={classes.card} noValidate>
      <Stack gap="md">
        <ProblemAlert problem={sending.problem} />
        <Checkbox label={t('letters.make')} {...form.getInputProps('email_creates_contacts', { type: 'checkbox' })} />
        <TagsInput label={t('letters.domains')} description={t('letters.domains.hint')} acceptValueOnBlur {...form.getInputProps('our_domains')} />
        <Group><Button type="submit" loading={sending.busy} disabled={!form.isDirty()}>{t('ui:save')}</Button></Group>
      </Stack>
    </form>
  );
}
