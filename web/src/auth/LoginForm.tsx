import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { logIn } from './session';

type Fault = { key: string; seconds?: number };

function faultOf(answer: Response): Fault | null {
  if (answer.ok) return null;
  if (answer.status === 429) return { key: 'many', seconds: Number(answer.headers.get('Retry-After') ?? 30) };
  return { key: answer.status >= 500 ? 'offline' : 'wrong' };
}

export function LoginForm({ email: known }: { email?: string }) {
  const { t } = useTranslation('auth');
  const [email, setEmail] = useState(known ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFault(await logIn(email, password).then(faultOf, () => ({ key: 'offline' })));
    setBusy(false);
  }

  return (
    <form onSubmit={(event) => void submit(event)} aria-label={t('title')}>
      <Stack gap="md">
        {fault && <Alert color="red" variant="light" role="alert">{t(fault.key, { seconds: fault.seconds })}</Alert>}
        <TextInput label={t('email')} type="email" autoComplete="username" required readOnly={known !== undefined}
          value={email} onChange={(event) => setEmail(event.currentTarget.value)} autoFocus={!known} />
        <PasswordInput label={t('password')} autoComplete="current-password" required data-autofocus={known ? true : undefined}
          value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <Button type="submit" size="sm" loading={busy}>{t('submit')}</Button>
      </Stack>
    </form>
  );
}
