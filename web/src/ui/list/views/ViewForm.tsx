import { Checkbox, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';

const ROLES: Schemas['Role'][] = ['admin', 'manager', 'marketer', 'sales', 'reader'];

export interface ViewValues extends Record<string, unknown> {
  name: string;
  shared_with: Schemas['Role'][];
}

interface Props {
  title: string;
  first: ViewValues;
  save: (values: ViewValues) => Promise<unknown>;
  close: () => void;
}

/** What a view is called and for whom it is. */
export function ViewForm({ title, first, save, close }: Props) {
  const { t } = useTranslation('ui');
  const mayShare = useMay('reports:write');
  const form = useForm<ViewValues>({ initialValues: first });
  const sending = useSubmit(form, ({ name, shared_with }) => save({ name: name.trim(), shared_with }).then(close));
  return (
    <FormModal title={title} close={close} sending={sending}>
      <TextInput label={t('views.name')} required maxLength={100} data-autofocus {...form.getInputProps('name')} />
      {mayShare && (
        <Checkbox.Group label={t('views.share')} description={t('views.share.text')} {...form.getInputProps('shared_with')}>
          <Group gap="md" mt="xs">{ROLES.map((role) => <Checkbox key={role} size="xs" value={role} label={t(`role.${role}`)} />)}</Group>
        </Checkbox.Group>
      )}
    </FormModal>
  );
}
