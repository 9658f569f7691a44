import { Alert, Button, Checkbox, Group, PasswordInput, Progress, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Cover } from '@/auth/Cover';
import { logIn } from '@/auth/session';
import { isProblem, Problem } from '@/api/problem';
import { useSubmit } from '@/ui/form/useSubmit';
import { problemText } from '@/ui/problemText';
import { makeSample } from './sample/useSample';

type Values = { token: string; name: string; email: string; password: string; sample: boolean };

/** As the API asks for. */
const SHORTEST = 12;

async function begin({ sample, ...values }: Values): Promise<void> {
  const answer = await fetch('/api/v1/setup', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(values),
  });
  if (!answer.ok) throw Problem.of(answer, await answer.json().catch(() => null));
  // The code in the address is used up.
  history.replaceState(null, '', '/');
  await logIn(values.email, values.password);
  // Nobody waits for it: it is told when it is there.
  if (sample) void makeSample();
}

export default function SetupPage() {
  const { t } = useTranslation('setup');
  const [over, setOver] = useState(false);
  const linked = location.hash.slice(1);
  const form = useForm<Values>({ initialValues: { token: linked, name: '', email: '', password: '', sample: false } });
  const sending = useSubmit(form, begin);
  const badCode = isProblem(sending.problem, 401, 403) || form.errors.token !== undefined;

  useEffect(() => {
    fetch('/api/v1/setup').then((answer) => answer.json()).then((state: { needed: boolean }) => setOver(!state.needed)).catch(() => undefined);
  }, []);

  if (over) {
    return (
      <Cover title={t('done.title')} text={t('done.text')}>
        <Button component="a" href="/" size="sm">{t('done.go')}</Button>
      </Cover>
    );
  }
  const missing = SHORTEST - form.values.password.length;
  return (
    <Cover title={t('title')} text={t('text')}>
      <form onSubmit={sending.submit} noValidate>
        <Stack gap="md">
          {badCode && <Alert color="red" variant="light" role="alert">{t('token.bad')}</Alert>}
          {!badCode && sending.problem !== null && <Alert color="red" variant="light" role="alert">{problemText(sending.problem)}</Alert>}
          {(!linked || badCode) && <TextInput label={t('token')} description={t('token.hint')} required autoComplete="off" {...form.getInputProps('token')} error={undefined} />}
          <TextInput label={t('name')} autoComplete="name" required autoFocus {...form.getInputProps('name')} />
          <TextInput label={t('email')} type="email" autoComplete="username" required {...form.getInputProps('email')} />
          <div>
            <PasswordInput label={t('password')} description={t('password.hint')} autoComplete="new-password" required {...form.getInputProps('password')} />
            {form.values.password !== '' && missing > 0 && (
              <Group gap="sm" mt={6} wrap="nowrap">
                <Progress flex={1} size="xs" value={(form.values.password.length / SHORTEST) * 100} aria-hidden />
                <Text size="xs" c="dimmed">{t('password.short', { count: missing })}</Text>
              </Group>
            )}
          </div>
          <Checkbox label={t('sample.with')} description={t('sample.with.text')} {...form.getInputProps('sample', { type: 'checkbox' })} />
          <Button type="submit" size="sm" loading={sending.busy}>{t('submit')}</Button>
        </Stack>
      </form>
    </Cover>
  );
}
