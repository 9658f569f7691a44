import { NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { notifyDone } from '@/ui/notify';
import { fromLocal, toLocal } from '@/ui/zone';
import { refreshWebhooks } from './webhooks';

const DAY_MS = 86_400_000;

/** Sends what has ended in a span again, for a receiver that was away or lost something. */
export function ReplaySpan({ hook, close }: { hook: string; close: () => void }) {
  const { t } = useTranslation('settings');
  const form = useForm({ initialValues: { from: toLocal(new Date(Date.now() - DAY_MS)), to: '', status: 'failed' } });
  const sending = useSubmit(form, async ({ from, to, status }) => {
    const body: Schemas['ReplaySpan'] = { from: fromLocal(from).toISOString(), to: to ? fromLocal(to).toISOString() : null, status: (status || null) as Schemas['DeliveryStatus'] | null };
    const { deliveries } = await take(api.POST('/api/v1/webhooks/{id}/replay', { params: { path: { id: hook } }, body }));
    void refreshWebhooks();
    notifyDone(t('delivery.replayed', { count: deliveries }));
    close();
  });
  return (
    <FormModal title={t('delivery.replay.span')} action={t('delivery.replay.do')} close={close} sending={sending}>
      <TextInput type="datetime-local" label={t('from')} required data-autofocus {...form.getInputProps('from')} />
      <TextInput type="datetime-local" label={t('before')} description={t('delivery.replay.now')} {...form.getInputProps('to')} />
      <NativeSelect label={t('delivery.status')} {...form.getInputProps('status')}
        data={[{ value: '', label: t('delivery.replay.all') }, ...(['failed', 'skipped', 'delivered'] as const).map((value) => ({ value, label: t(`delivery.${value}`) }))]} />
    </FormModal>
  );
}
