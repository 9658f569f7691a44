import { Alert, Button, Checkbox, Group, MultiSelect, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useFields } from '@/app/lookups';
import { queryClient } from '@/app/query';
import { useMay } from '@/auth/hooks';
import { useSegmentNames } from '@/segments/data';
import { CodeBlock } from '@/ui/Copy';
import { ProblemAlert } from '@/ui/form/ProblemAlert';
import { useSubmit } from '@/ui/form/useSubmit';
import { notifyUndo } from '@/ui/notify';
import { Frame, Part } from '../Frame';
import classes from '../Settings.module.css';

type Shown = Schemas['DecideSettings'];
const KEY = ['decide-settings'];
const FIELDS = ['given_name', 'family_name', 'display_name', 'job_title', 'language', 'time_zone', 'city', 'country'] as const;
const LOOKUPS = ['anonymous_id', 'user_id', 'email', 'phone'] as const;
/** Whoever knows or guesses an address may ask for what is known of its owner. */
const GUESSABLE: readonly string[] = ['user_id', 'email', 'phone'];

/** What websites may ask about their visitor, to show what suits. */
export default function DecidePage() {
  const found = useQuery({ queryKey: KEY, queryFn: () => take(api.GET('/api/v1/settings/decide')) });
  return <Frame name="decide" found={found}>{found.data && <DecideForm settings={found.data} key={JSON.stringify(found.data)} />}</Frame>;
}

const put = (body: Shown) => take(api.PUT('/api/v1/settings/decide', { body })).then(() => queryClient.invalidateQueries({ queryKey: KEY }));

function DecideForm({ settings }: { settings: Shown }) {
  const { t } = useTranslation('settings');
  const mayWrite = useMay('segments:write');
  const form = useForm<Shown>({ initialValues: settings });
  const sending = useSubmit(form, async (values) => {
    await put(values);
    notifyUndo(t('ui:saved'), () => put(settings));
  });
  const segments = useSegmentNames().map(({ id, name }) => ({ value: id, label: name }));
  const fields = [...FIELDS.map((field) => ({ value: field as string, label: t(`decide.${field}`) })), ...useFields('contact').map(({ key, label }) => ({ value: `custom.${key}`, label }))];
  const shared = { searchable: true, hidePickedOptions: true, readOnly: !mayWrite } as const;
  return (
    <>
      <form onSubmit={sending.submit} className={classes.card} noValidate>
        <Stack gap="md">
          <ProblemAlert problem={sending.problem} />
          <MultiSelect label={t('decide.segments')} description={t('decide.segments.hint')} data={segments} {...shared} {...form.getInputProps('segments')} />
          <MultiSelect label={t('decide.fields')} description={t('decide.fields.hint')} data={fields} {...shared} {...form.getInputProps('fields')} />
          <Checkbox.Group label={t('decide.lookups')} description={t('decide.lookups.hint')} readOnly={!mayWrite} {...form.getInputProps('lookups')}>
            <Stack gap={6} mt={6}>{LOOKUPS.map((lookup) => <Checkbox key={lookup} value={lookup} label={t(`decide.by.${lookup}`)} disabled={!mayWrite} />)}</Stack>
          </Checkbox.Group>
          {form.values.lookups.some((lookup) => GUESSABLE.includes(lookup)) && (
            <Alert variant="light" color="orange" icon={<IconEye size={16} />} p="xs" c="var(--mantine-color-text)">{t('decide.guess')}</Alert>
          )}
          {mayWrite && <Group><Button type="submit" loading={sending.busy} disabled={!form.isDirty()}>{t('ui:save')}</Button></Group>}
        </Stack>
      </form>
      <Part title={t('decide.ask')}><CodeBlock label={t('decide.ask')} code={`curl -u "tlk_…:" "${location.origin}/v1/decide?identity=anonymous_id:5b2e6c7a"`} /></Part>
    </>
  );
}
