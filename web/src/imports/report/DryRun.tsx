import { Text } from '@mantine/core';
import { type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import type { Import } from '../data';
import { Counts } from './Counts';
import { Faults } from './Faults';

/** What a run would do, before anything is done. */
export function DryRun({ found, tried, look }: { found: Import; tried: Schemas['DryRun']; look: RefObject<boolean> }) {
  const { t } = useTranslation('imports');
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    if (look.current) place.current?.scrollIntoView({ block: 'start', behavior: 'smooth' });
    look.current = false;
  }, [look]);
  return (
    <section aria-label={t('tried')} ref={place} style={{ scrollMarginTop: 'calc(var(--app-shell-header-height, 0px) + 12px)' }}>
      <h2 style={{ fontSize: 14, margin: '4px 0 8px' }}>{t('tried')}</h2>
      <Counts counts={[
        { name: t('count.rows'), value: tried.rows },
        { name: t('tried.creates'), value: tried.creates, tone: 'good' },
        { name: t('tried.updates'), value: tried.updates },
        { name: t('count.unchanged'), value: tried.unchanged, minor: true },
        { name: t('tried.errors'), value: tried.errors, tone: 'bad' },
        { name: t('count.warnings'), value: tried.warnings, tone: 'warn' },
        { name: t('tried.conflicts'), value: tried.conflicts, tone: 'bad', minor: true },
        { name: t('tried.email'), value: tried.matched_by_email, minor: true },
        { name: t('tried.phone'), value: tried.matched_by_phone, minor: true },
        { name: t('tried.external'), value: tried.matched_by_external_id, minor: true },
        { name: t('tried.repeated'), value: tried.repeated, minor: true },
      ]} />
      {tried.new_fields.length > 0 && <Text size="sm" mb={4}>{t('tried.fields', { names: tried.new_fields.join(', ') })}</Text>}
      {tried.new_stages.length > 0 && <Text size="sm" mb={4}>{t('tried.stages', { names: tried.new_stages.join(', ') })}</Text>}
      <Faults found={found} count={tried.errors + tried.warnings} />
    </section>
  );
}
