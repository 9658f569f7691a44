import { Alert, Button, Group, Select, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldErrors, isProblem } from '@/api/problem';
import { useMay } from '@/auth/hooks';
import { Page } from '@/ui/Page';
import { PageHeader } from '@/ui/PageHeader';
import { problemText } from '@/ui/problemText';
import { type Segment, sentenceOf } from '../data';
import { ToldContext } from '../rule/faults';
import { RuleNode } from '../rule/Group';
import { type Piece, toRule } from '../rule/model';
import classes from './Build.module.css';
import { PreviewPanel } from './PreviewPanel';
import { createSegment, saveSegment } from './save';
import { isUnfinished, usePreview } from './usePreview';
import { useWork } from './useWork';

const ZONES = Intl.supportedValuesOf('timeZone');

/** A segment's rule is built, with what it finds beside it. */
export function Build({ segment, first }: { segment: Segment | null; first: Piece | null }) {
  const { t } = useTranslation('segments');
  const navigate = useNavigate();
  const mayWrite = useMay('segments:write');
  const { work, set, changed, restored, reset, forget } = useWork(segment, first);
  const tried = usePreview(work.draft);
  // Until somebody wants to save, what is not filled in yet is no fault.
  const [strict, setStrict] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const told = useMemo(() => {
    const rule = toRule(work.draft);
    const wrong = tried.faults.filter((fault) => !isUnfinished(fault, rule));
    const counts = new Map((tried.preview?.conditions ?? []).map(({ path, count }) => [path, count]));
    return { wrong, value: { faults: strict ? tried.faults : wrong, counts: tried.faults.length ? new Map<string, number>() : counts, readOnly: !mayWrite } };
  }, [work.draft, tried.faults, tried.preview, strict, mayWrite]);

  async function save() {
    setStrict(true);
    setBusy(true);
    setProblem(null);
    try {
      const saved = segment ? await saveSegment(segment, work, sentenceOf(tried.preview?.words)) : await createSegment(work);
      forget();
      await navigate({ to: '/segments/$id', params: { id: saved.id } });
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  const taken = isProblem(problem, 409);
  const errors = taken ? { name: t('name.taken') } as Record<string, string> : fieldErrors(problem);
  const marked = taken || (isProblem(problem, 422) && problem.fields.every(({ field }) => field.startsWith('rule') || field in { name: 1, description: 1 }));
  return (
    <Page>
      <PageHeader title={segment ? segment.name : t('new')}>
        {changed && segment && <Button variant="subtle" color="gray" onClick={reset}>{t('drop')}</Button>}
        <Button variant="default" onClick={() => void navigate(segment ? { to: '/segments/$id', params: { id: segment.id } } : { to: '/segments' })}>{t('ui:cancel')}</Button>
        {mayWrite && <Button loading={busy} disabled={work.name.trim() === ''} onClick={() => void save()}>{t('ui:save')}</Button>}
      </PageHeader>
      {restored && <Alert variant="light" mb="sm" p="xs">{t('restored')}</Alert>}
      {problem !== null && <Alert color="red" variant="light" mb="sm" p="xs" role="alert">{marked ? t('refused') : problemText(problem)}</Alert>}
      <div className={classes.columns}>
        <div>
          <div className={classes.meta}>
            <TextInput label={t('name')} required maxLength={200} value={work.name} error={errors.name} readOnly={!mayWrite}
              data-autofocus={segment ? undefined : true} onChange={(event) => set({ name: event.currentTarget.value })} />
            <TextInput label={t('description')} maxLength={2000} value={work.description} error={errors.description} readOnly={!mayWrite} onChange={(event) => set({ description: event.currentTarget.value })} />
          </div>
          <ToldContext value={told.value}>
            <RuleNode node={work.draft.root} path="rule" change={(root) => set({ draft: { ...work.draft, root } })} />
          </ToldContext>
          <Group className={classes.foot}>
            <Select size="xs" w={230} label={t('zone')} searchable allowDeselect={false} disabled={!mayWrite} data={ZONES.includes(work.draft.zone) ? ZONES : [work.draft.zone, ...ZONES]} value={work.draft.zone}
              onChange={(zone) => zone && set({ draft: { ...work.draft, zone } })} />
          </Group>
        </div>
        <PreviewPanel tried={tried} wrong={told.wrong.length} unfinished={tried.faults.length - told.wrong.length} />
      </div>
    </Page>
  );
}
