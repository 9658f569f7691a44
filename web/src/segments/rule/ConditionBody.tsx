import { ActionIcon, Button, Group, Select } from '@mantine/core';
import { IconArrowDown, IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSegmentNames } from '../data';
import { useRuleFields } from './fields';
import { Fault, useTold } from './faults';
import { conditionOf, isPiece, type Piece } from './model';
import { PartList } from './PartList';
import { LEADS, RFM, SEQUENCE, TOUCH_FILTER, TOUCHPOINTS } from './parts';
import classes from './Rule.module.css';
import { One, Text, useShared } from './values/basic';
import { Span, Word } from './values/ranges';
import { TestEditor } from './values/TestEditor';

export interface BodyProps {
  node: Piece;
  path: string;
  change: (node: Piece) => void;
}

const STATES = ['granted', 'withdrawn', 'none'];
const CONSENTS = ['email', 'call', 'sms', 'push', 'chat', 'social', 'mail', 'ad', 'web'];

/** What a condition asks, edited as its kind needs. */
export function ConditionBody(props: BodyProps) {
  const { t } = useTranslation('segments');
  const { node, path, change } = props;
  switch (conditionOf(node)) {
    case 'field': return <FieldBody {...props} />;
    case 'tag': return <Line path={path}><Text label={t('tag')} path={`${path}.tag`} value={node.tag} change={(tag) => change({ ...node, tag })} /></Line>;
    case 'consent': return (
      <Line path={path}>
        <One label={t('consent.channel')} path={`${path}.consent`} value={node.consent} change={(consent) => change({ ...node, consent })}
          options={CONSENTS.map((value) => ({ value, label: t(`ui:channel.${value}`) }))} />
        <One label={t('consent.state')} path={`${path}.state`} value={node.state} change={(state) => change({ ...node, state })} options={STATES.map((value) => ({ value, label: t(`consent.${value}`) }))} />
      </Line>
    );
    case 'touchpoints': return <PartList {...props} head="touchpoints" parts={TOUCHPOINTS} whole={t('touchpoints.whole')} />;
    case 'sequence': return <SequenceBody {...props} />;
    case 'leads': return <PartList {...props} head="leads" parts={LEADS} whole={t('leads.whole')} />;
    case 'rfm': return <PartList {...props} head="rfm" parts={RFM} whole={t('rfm.whole')} />;
    case 'segment': return <Line path={path}><SegmentPick {...props} /></Line>;
    default: return <Fault path={path} />;
  }
}

/** Inputs on one line, with what is wrong below them. */
function Line({ path, children }: { path: string; children: React.ReactNode }) {
  return <div><Group gap={6}>{children}</Group><Fault path={path} /></div>;
}

function FieldBody({ node, path, change }: BodyProps) {
  const { t } = useTranslation('segments');
  const groups = useRuleFields();
  const shared = useShared(t('field'), `${path}.field`);
  const field = groups.flatMap(({ fields }) => fields).find(({ name }) => name === node.field);
  const first = { list: 'has_any', instant: 'in', money: 'at_least' } as const;
  function choose(name: string | null) {
    const kind = groups.flatMap(({ fields }) => fields).find((one) => one.name === name)?.kind ?? 'text';
    change({ field: name, op: kind in first ? first[kind as keyof typeof first] : 'is', ...(kind === 'instant' ? { value: { last: '30d' } } : kind === 'boolean' ? { value: true } : {}) });
  }
  return (
    <Line path={path}>
      <Select {...shared} w={190} value={String(node.field ?? '')} searchable allowDeselect={false} onChange={choose} comboboxProps={{ shadow: 'md', width: 240, position: 'bottom-start' }} maxDropdownHeight={340}
        data={[...groups.map(({ group, fields }) => ({ group, items: fields.map(({ name, label }) => ({ value: name, label })) })), ...(field ? [] : [{ group: t('fields.gone'), items: [{ value: String(node.field), label: String(node.field) }] }])]} />
      <TestEditor field={field ?? { kind: 'text', options: [], kept: false }} test={node} path={path} change={(test) => change(test)} />
    </Line>
  );
}

const MOST_STEPS = 4;

/** Touchpoints one after the other. */
function SequenceBody({ node, path, change }: BodyProps) {
  const { t } = useTranslation('segments');
  const { readOnly } = useTold();
  const steps = (Array.isArray(node.sequence) ? node.sequence : []).filter(isPiece);
  const set = (next: Piece[]) => change({ ...node, sequence: next });
  return (
    <div className={classes.parts}>
      {steps.map((step, index) => (
        <div key={index} className={classes.step}>
          {index > 0 && <div className={classes.then}><IconArrowDown size={13} aria-hidden /> {t('sequence.then')}</div>}
          <Group gap={6} wrap="nowrap" align="start">
            <div style={{ flex: 1, minWidth: 0 }}>
              <PartList node={{ step }} head="step" parts={TOUCH_FILTER} path={`${path}.sequence[${index}]`} whole={t('touchpoints.whole')} plain
                change={(next) => set(steps.map((other, at) => (at === index ? (next.step as Piece) : other)))} />
            </div>
            {!readOnly && steps.length > 2 && <ActionIcon size="sm" aria-label={t('sequence.remove', { number: index + 1 })} onClick={() => set(steps.filter((_, at) => at !== index))}><IconX size={13} /></ActionIcon>}
          </Group>
        </div>
      ))}
      <Fault path={`${path}.sequence`} exact />
      {!readOnly && steps.length < MOST_STEPS && <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={13} />} style={{ justifySelf: 'start' }}
        onClick={() => set([...steps, {}])}>{t('sequence.add')}</Button>}
      <div>
        <Group gap={6}><Word>{t('sequence.within')}</Word><Span label={t('sequence.within')} path={`${path}.within`} value={node.within} change={(within) => change({ ...node, within })} /></Group>
        <Fault path={`${path}.within`} />
      </div>
      <PartList node={node} head="sequence" parts={SEQUENCE} path={path} change={change} more={t('sequence.when')} />
    </div>
  );
}

function SegmentPick({ node, path, change }: BodyProps) {
  const { t } = useTranslation('segments');
  const segments = useSegmentNames();
  return <One label={t('segment')} path={`${path}.segment`} value={node.segment} width={260} change={(segment) => change({ ...node, segment })} options={segments.map(({ id, name }) => ({ value: id, label: name }))} />;
}
