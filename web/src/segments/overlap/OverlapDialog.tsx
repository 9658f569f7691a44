import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Segment } from '../data';
import { Overlap } from './Overlap';

export function OverlapDialog({ segments, close }: { segments: Segment[]; close: () => void }) {
  const { t } = useTranslation('segments');
  return <Modal opened onClose={close} size="lg" title={t('overlap')} closeButtonProps={{ 'aria-label': t('ui:close') }}><Overlap segments={segments} /></Modal>;
}
