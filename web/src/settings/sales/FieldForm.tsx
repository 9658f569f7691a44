import { Checkbox, NativeSelect, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { api, ifMatch, take, type Schemas } from '@/api/client';
import { queryClient } from '@/app/query';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { saveSetting } from '../save';
import { keyOf } from './keyOf';

export type Field = Schemas['Field'];
const KINDS: Schemas['FieldKind'][] = ['text', 'number', 'money', 'date', 'boolean', 'choice', 'multi_choice', 'url'];

interface Props {
  entity: Schemas['Entity'];
  field: Field | null;
  close: () => void;
}

/** The key and the kind are chosen once: values are stored by them. */
export function FieldForm({ entity, field, close }: Props) {
  const { t } = useTranslation('settings');
  const form = useForm({
    initialValues: { label: field?.label ?? '', key: field?.key ?? '', kind: field?.kind ?? 'text', required: field?.required ?? false, options: field?.options ?? [] },
  });
  const { kind } = form.values;
  const chosen = kind === 'choice' || kind === 'multi_choice';
  const sending = useSubmit(form, async ({ key, options, ...values }) => {
    const body = { ...values, ...(chosen ? { options } : {}) };
    if (field) {
      const { kind: _, ...change } = body;
      await save(field, change);
    } else await take(api.POST('/api/v1/fields', { body: { entity, key, ...body } }));
    await queryClient.invalidateQueries({ queryKey: ['fields'] });
    close();
  });
  const save = (base: Field, changes: Partial<Field>) => saveSetting<Field>({
    base, changes, label: (name) => t(`field.${name}`),
    latest: () => take(api.GET('/api/v1/fields/{id}', { params: { path: { id: base.id } } })),
    save: (body, version) => take(api.PATCH('/api/v1/fields/{id}', { params: { path: { id: base.id }, header: ifMatch(version) }, body })),
  });
  function named(label: string) {
    // Follows the name until somebody writes a key of their own.
    if (!field && form.values.key === keyOf(form.values.label)) form.setFieldValue('key', keyOf(label));
    form.setFieldValue('label', label);
  }
  return (
    <FormModal title={field ? field.label : t('field.new')} close={close} sending={sending}>
      <TextInput label={t('field.label')} required data-autofocus maxLength={100} {...form.getInputProps('label')} onChange={(event) => named(event.currentTarget.value)} />
      <TextInput label={t('field.key')} description={t('field.key.hint')} required readOnly={field !== null} maxLength={50} {...form.getInputProps('key')} />
      <NativeSelect label={t('field.kind')} description={t('field.kind.hint')} disabled={field !== null} {...form.getInputProps('kind')}
        data={KINDS.map((value) => ({ value, label: t(`kind.${value}`) }))} />
      {chosen && <TagsInput label={t('field.options')} description={t('field.options.hint')} required {...form.getInputProps('options')} />}
      <Checkbox label={t('field.required.hint')} mt={4} {...form.getInputProps('required', { type: 'checkbox' })} />
    </FormModal>
  );
}
