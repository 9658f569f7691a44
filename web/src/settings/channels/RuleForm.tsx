import { ActionIcon, Autocomplete, Button, Fieldset, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { type Draft, emptyDraft, FIELDS, fromDraft, KEY, readRules, type Rule, toDraft } from './rules';

interface Props {
  rule: Rule | null;
  close: () => void;
  save: (rule: Rule) => Promise<void>;
}

/** A rule: the group's name, and what must hold, in alternatives of conditions. */
export function RuleForm({ rule, close, save }: Props) {
  const { t } = useTranslation('settings');
  const { data } = useQuery({ queryKey: KEY, queryFn: readRules });
  const form = useForm({ initialValues: { group: rule?.group ?? '', any: rule?.any.map(({ all }) => all.map(toDraft)) ?? [[emptyDraft()]] } });
  const { any } = form.values;
  const set = (next: Draft[][]) => form.setFieldValue('any', next.filter((all) => all.length > 0));
  const put = (at: number, all: Draft[]) => set(any.map((other, index) => (index === at ? all : other)));
  const sending = useSubmit(form, async ({ group, any: drafts }) => {
    await save({ group, any: drafts.map((all) => ({ all: all.map(fromDraft) })) });
    close();
  }, { rules: 'none' });
  return (
    <FormModal title={rule?.group ?? t('channel.new')} close={close} sending={sending} size="xl">
      <Autocomplete label={t('channel.group')} description={t('channel.group.hint')} required data-autofocus openOnFocus={false} maxLength={64} data={[...new Set(data?.rules.map(({ group }) => group))]} {...form.getInputProps('group')} />
      {any.map((all, at) => (
        <Fieldset key={at} legend={t(at === 0 ? 'channel.when' : 'channel.orwhen')} p="sm">
          <Stack gap="xs">
            {all.map((draft, place) => (
              <ConditionRow key={place} draft={draft} change={(next) => put(at, all.map((other, index) => (index === place ? next : other)))}
                remove={any.length > 1 || all.length > 1 ? () => put(at, all.filter((_, index) => index !== place)) : undefined} />
            ))}
            <Group><Button variant="subtle" size="compact-xs" leftSection={<IconPlus size={13} />} onClick={() => put(at, [...all, emptyDraft()])}>{t('channel.add.and')}</Button></Group>
          </Stack>
        </Fieldset>
      ))}
      <Group><Button variant="subtle" size="compact-xs" leftSection={<IconPlus size={13} />} onClick={() => set([...any, [emptyDraft()]])}>{t('channel.add.or')}</Button></Group>
    </FormModal>
  );
}

function ConditionRow({ draft, change, remove }: { draft: Draft; change: (draft: Draft) => void; remove?: () => void }) {
  const { t } = useTranslation('settings');
  return (
    <Group gap="xs" wrap="nowrap" align="start">
      <Group gap="xs" flex={1} miw={0} align="start">
        <NativeSelect size="xs" w={150} aria-label={t('channel.field')} value={draft.field} onChange={(event) => change({ ...draft, field: event.currentTarget.value as Draft['field'] })}
          data={FIELDS.map((value) => ({ value, label: t(`channel.field.${value}`) }))} />
        <NativeSelect size="xs" w={110} aria-label={t('channel.how')} value={draft.how} onChange={(event) => change({ ...draft, how: event.currentTarget.value as Draft['how'] })}
          data={(['is', 'matches'] as const).map((value) => ({ value, label: t(`channel.how.${value}`) }))} />
        <TextInput size="xs" flex={1} miw={180} aria-label={t('channel.value')} placeholder={t(`channel.value.${draft.how}`)} value={draft.text} onChange={(event) => change({ ...draft, text: event.currentTarget.value })} />
      </Group>
      <ActionIcon mt={2} aria-label={t('ui:remove')} disabled={!remove} onClick={remove}><IconX size={15} /></ActionIcon>
    </Group>
  );
}
