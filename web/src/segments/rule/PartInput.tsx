import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, take } from '@/api/client';
import { useLostReasons, usePipelines } from '@/app/lookups';
import { CHANNELS } from '@/ui/channels';
import { RFM_GROUPS } from '../rfm';
import { LeadFields, Properties } from './Lists';
import { isPiece, type Piece, put } from './model';
import type { PartEntry } from './parts';
import { Choices, One, Text, Texts, Truth, type ValueProps } from './values/basic';
import { Ends, MoneyEnds, Window, Word } from './values/ranges';
import { Users } from './values/TestEditor';

const KINDS = ['page_view', 'form_submitted', 'purchase', 'call', 'missed_call', 'enquiry', 'offer_sent', 'opened', 'clicked', 'order_signed', 'site_visit', 'visit', 'click'];

/** The input of one part of a condition. */
export function PartInput({ entry, ...props }: ValueProps & { entry: PartEntry }) {
  const { t } = useTranslation('segments');
  switch (entry) {
    case 'channels': return <Choices {...props} options={CHANNELS.map((value) => ({ value, label: t(`ui:channel.${value}`) }))} />;
    case 'online': return <Truth {...props} yes={t('ui:online')} no={t('ui:offline')} />;
    case 'direction': return <One {...props} options={['inbound', 'outbound', 'internal'].map((value) => ({ value, label: t(`ui:direction.${value}`) }))} />;
    case 'kinds': return <Texts {...props} suggest={KINDS} />;
    case 'groups': return <ChannelGroups {...props} />;
    case 'texts': return <Texts {...props} />;
    case 'properties': return <Properties {...props} />;
    case 'window': return <Window {...props} />;
    case 'count': case 'score': return <Ends {...props} of="number" />;
    case 'money': return <MoneyEnds {...props} />;
    case 'stay': return <Ends {...props} of="span" />;
    case 'status': return <One {...props} options={['open', 'won', 'lost'].map((value) => ({ value, label: t(`ui:kind.${value}`) }))} />;
    case 'pipeline': return <Pipelines {...props} />;
    case 'stages': return <Stages {...props} many />;
    case 'stage': return <Stages {...props} />;
    case 'stageWindow': return <StageWindow {...props} />;
    case 'stageStay': return <StageStay {...props} />;
    case 'reasons': return <Reasons {...props} />;
    case 'said': return <Said {...props} />;
    case 'users': return <Users {...props} />;
    case 'leadFields': return <LeadFields {...props} />;
    case 'rfmGroups': return <Choices {...props} options={RFM_GROUPS.map((value) => ({ value, label: t(`rfm.${value}`) }))} />;
  }
}

function ChannelGroups(props: ValueProps) {
  const { data } = useQuery({ queryKey: ['channel-groups'], staleTime: 300_000, queryFn: () => take(api.GET('/api/v1/channel-groups')), retry: false });
  const names = new Set((data?.rules ?? []).map(({ group }) => group));
  return <Texts {...props} suggest={[...names]} />;
}

function Pipelines(props: ValueProps) {
  const { list } = usePipelines();
  return <One {...props} width={200} options={list.map(({ id, name }) => ({ value: id, label: name }))} />;
}

export function Stages({ many, ...props }: ValueProps & { many?: boolean }) {
  const { list } = usePipelines();
  const options = list.flatMap((pipeline) => pipeline.stages.map(({ id, name }) => ({ value: id, label: list.length > 1 ? `${pipeline.name}: ${name}` : name })));
  return many ? <Choices {...props} options={options} /> : <One {...props} width={200} options={options} />;
}

function Reasons(props: ValueProps) {
  const reasons = useLostReasons();
  return <Choices {...props} options={reasons.map(({ id, name }) => ({ value: id, label: name }))} />;
}

const piece = (value: unknown): Piece => (isPiece(value) ? value : {});

/** `{stage, window}`. */
function StageWindow({ label, path, value, change }: ValueProps) {
  const { t } = useTranslation('segments');
  const entered = piece(value);
  return (
    <Group gap={6}>
      <Stages label={label} path={`${path}.stage`} value={entered.stage} change={(stage) => change({ ...entered, stage })} />
      {entered.window === undefined
        ? <One label={t('part.window')} path={`${path}.window`} value="ever" width={130} change={() => change({ ...entered, window: { last: '30d' } })}
          options={[{ value: 'ever', label: t('window.ever') }, { value: 'in', label: t('window.in') }]} />
        : <Window label={t('part.window')} path={`${path}.window`} value={entered.window} change={(window) => change({ ...entered, window })} />}
    </Group>
  );
}

/** `{stage, at_least, at_most}`. */
function StageStay({ label, path, value, change }: ValueProps) {
  const stay = piece(value);
  const { stage, ...range } = stay;
  return (
    <Group gap={6}>
      <Stages label={label} path={`${path}.stage`} value={stage} change={(next) => change({ ...range, stage: next })} />
      <Ends label={label} path={path} value={range} of="span" change={(next) => change(put(piece(next), 'stage', stage))} />
    </Group>
  );
}

/** `{op, value}` of the words with which a lead was closed. */
function Said({ label, path, value, change }: ValueProps) {
  const { t } = useTranslation('segments');
  const said = piece(value);
  return (
    <>
      <One label={t('op')} path={`${path}.op`} value={said.op} change={(op) => change({ ...said, op })} options={['contains', 'starts_with', 'ends_with'].map((one) => ({ value: one, label: t(`op.${one}`) }))} />
      <Text label={label} path={`${path}.value`} value={said.value} change={(next) => change(put(said, 'value', next))} />
      <Word>{' '}</Word>
    </>
  );
}
