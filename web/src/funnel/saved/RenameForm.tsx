import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { FormModal } from '@/ui/form/FormModal';
import { useSubmit } from '@/ui/form/useSubmit';
import { renameReport, type Saved } from './useSaved';

export function RenameForm({ report, close }: { report: Saved; close: () => void }) {
  const { t } = useTranslation('funnel');
  const form = useForm({ initialValues: { name: report.name } });
  const sending = useSubmit(form, async ({ name }) => {
    await renameReport(report, name.trim(), t('name'));
    close();
  });
  return (
    <FormModal title={t('saved.rename')} close={close} sending={sending}>
      <TextInput label={t('name')} required data-autofocus maxLength={100} {...form.getInputProps('name')} />
    </FormModal>
  );
}
