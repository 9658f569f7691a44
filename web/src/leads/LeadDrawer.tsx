import { Drawer } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { later } from '@/ui/later';

const LeadDetail = later(async () => (await import('./detail/LeadDetail')).LeadDetail);

/** A lead beside what it was opened from. */
export function LeadDrawer({ id, close }: { id: string | null; close: () => void }) {
  const { t } = useTranslation('leads');
  return (
    <Drawer.Root opened={id !== null} onClose={close} position="right" size="min(860px, 100vw)">
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content aria-label={t('lead')}>
        <Drawer.Body p="lg">
          {id && <LeadDetail id={id} beside gone={close} corner={<Drawer.CloseButton aria-label={t('ui:close')} size="lg" />} />}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
