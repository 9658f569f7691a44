import { Group, NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { saveSetting } from '../save';
import { changeStage, type Pipeline, refresh, type Stage } from './pipelines';

const KINDS: Schemas['StageKind'][] = ['open', 'won', 'lost'];

interface Values extends Record<string, unknown> {
  name: string;
  kind: Schemas['StageKind'];
  probability: number | string;
  stale_after_days: number | string;
}

const whole = (value: number | string) => (value === '' ? null : Number(value));

export function StageForm({ pipeline, stage, close }: { pipeline: Pipeline; stage: Stage | null; close: () => void }) {
  const { t } = useTranslation('settings');
  const form = useForm<Values>({
    initialValues: { name: stage?.name ?? '', kind: stage?.kind ?? 'open', probability: stage?.probability ?? '', stale_after_days: stage?.stale_after_days ?? '' },
  });
  const open = form.values.kind === 'open';
  const sending = useSubmit(form, async ({ name, kind, probability, stale_after_days }) => {
    const body = { name, ...(open ? { probability: whole(probability) ?? 0, stale_after_days: whole(stale_after_days) } : {}) };
    if (stage) await save(stage, body);
    else await take(api.POST('/api/v1/pipelines/{id}/stages', { params: { path: { id: pipeline.id } }, body: { kind, ...body } }));
    void refresh();
    close();
  });
  const save = (base: Stage, changes: Partial<Stage>) => saveSetting<Stage>({
    base, changes, label: (key) => t(`stage.${key}`),
    latest: () => take(api.GET('/api/v1/stages/{id}', { params: { path: { id: base.id } } })),
    save: (body, version) => changeStage({ ...base, version }, body),
  });
  return (
    <FormModal title={stage ? stage.name : t('stage.new')} close={close} sending={sending}>
      <TextInput label={t('stage.name')} required data-autofocus maxLength={100} {...form.getInputProps('name')} />
      <NativeSelect label={t('stage.kind')} description={t('stage.kind.hint')} disabled={stage !== null} {...form.getInputProps('kind')}
        data={KINDS.map((value) => ({ value, label: t(`ui:kind.${value}`) }))} />
      {open && (
        <Group grow align="start">
          <NumberInput label={t('stage.probability')} description={t('stage.probability.hint')} min={0} max={100} suffix=" %" allowDecimal={false} {...form.getInputProps('probability')} />
          <NumberInput label={t('stage.stale_after_days')} description={t('stage.stale_after_days.hint')} min={1} allowDecimal={false} {...form.getInputProps('stale_after_days')} />
        </Group>
      )}
    </FormModal>
  );
}
