import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Cover } from '@/auth/Cover';
import { logIn } from '@/auth/session';
import { fieldErrors, Problem } from '@/api/problem';
import { problemText } from '@/ui/problemText';

interface Values { token: string; name: string; email: string; password: string }

async function begin(values: Values): Promise<void> {
  const answer = await fetch('/api/v1/setup', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(values),
  });
  if (!answer.ok) throw Problem.of(answer, await answer.json().catch(() => null));
  // The code in the address is used up.
  history.replaceState(null, '', '/');
  await logIn(values.email, values.password);
}

export default function SetupPage() {
  const { t } = useTranslation('setup');
  const [problem, setProblem] = useState<unknown>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const form = useForm<Values>({ initialValues: { token: location.hash.slice(1), name: '', email: '', password: '' } });

  useEffect(() => {
    fetch('/api/v1/setup').then((answer) => answer.json()).then((state: { needed: boolean }) => setOver(!state.needed)).catch(() => undefined);
  }, []);

  async function submit(values: Values) {
    setBusy(true);
    setProblem(null);
    await begin(values).catch((error: unknown) => {
      form.setErrors(fieldErrors(error));
      setProblem(error);
    });
    setBusy(false);
  }

  if (over) {
    return (
      <Cover title={t('done.title')} text={t('done.text')}>
        <Button component="a" href="/" size="sm">{t('done.go')}</Button>
      </Cover>
    );
  }
  return (
    <Cover title={t('title')} text={t('text')}>
      <form onSubmit={form.onSubmit((values) => void submit(values))}>
        <Stack gap="md">
          {problem !== null && <Alert color="red" variant="light" role="alert">{problemText(problem)}</Alert>}
          {!location.hash && <TextInput label={t('token')} description={t('token.hint')} required autoComplete="off" {...form.getInputProps('token')} />}
          <TextInput label={t('name')} autoComplete="name" required {...form.getInputProps('name')} />
          <TextInput label={t('email')} type="email" autoComplete="username" required {...form.getInputProps('email')} />
          <PasswordInput label={t('password')} description={t('password.hint')} autoComplete="new-password" required minLength={12}
            {...form.getInputProps('password')} />
          <Button type="submit" size="sm" loading={busy}>{t('submit')}</Button>
        </Stack>
      </form>
    </Cover>
  );
}
