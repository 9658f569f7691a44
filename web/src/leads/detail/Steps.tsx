import { Button, Menu } from '@mantine/core';
import { IconCheck, IconChevronDown, IconTrophy, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '@/api/client';
import { usePipelines } from '@/app/lookups';
import { useMay } from '@/auth/hooks';
import { LostDialog } from '../LostDialog';
import { moveLead } from '../move';
import classes from './Detail.module.css';
import type { Lead } from './useLead';

/** Where the lead stands in its pipeline; a click moves it. */
export function Steps({ lead }: { lead: Lead }) {
  const { t } = useTranslation('leads');
  const { list } = usePipelines();
  const [losing, setLosing] = useState<string | null>(null);
  const mayWrite = useMay('leads:write');
  const stages = (list.find(({ id }) => id === lead.pipeline_id)?.stages ?? []).filter(({ archived_at, id }) => !archived_at || id === lead.stage_id);
  const open = stages.filter(({ kind }) => kind === 'open');
  const at = lead.stage_kind === 'won' ? open.length : open.findIndex(({ id }) => id === lead.stage_id);
  const move = (stage: Schemas['Stage']) => (stage.kind === 'lost' ? setLosing(stage.id) : void moveLead(lead, { stage_id: stage.id }));
  const ends = (kind: 'won' | 'lost') => stages.filter((stage) => stage.kind === kind);
  return (
    <div className={classes.path} data-kind={lead.stage_kind}>
      <ol className={classes.steps} aria-label={t('stage')}>
        {open.map((stage, index) => (
          <li key={stage.id} data-done={index < at || undefined} data-now={stage.id === lead.stage_id || undefined}>
            <button type="button" disabled={!mayWrite || stage.id === lead.stage_id} aria-current={stage.id === lead.stage_id ? 'step' : undefined} onClick={() => move(stage)}>
              {index < at && <IconCheck size={13} aria-hidden />}<span className="tl-cut">{stage.name}</span>
            </button>
          </li>
        ))}
      </ol>
      <div className={classes.ends}>
        {(['won', 'lost'] as const).map((kind) => <End key={kind} kind={kind} stages={ends(kind)} lead={lead} move={move} disabled={!mayWrite} />)}
      </div>
      {losing && <LostDialog close={() => setLosing(null)} lose={(reason) => moveLead(lead, { stage_id: losing, ...reason })} />}
    </div>
  );
}

interface EndProps {
  kind: 'won' | 'lost';
  stages: Schemas['Stage'][];
  lead: Lead;
  move: (stage: Schemas['Stage']) => void;
  disabled: boolean;
}

function End({ kind, stages, lead, move, disabled }: EndProps) {
  const { t } = useTranslation('ui');
  const Mark = kind === 'won' ? IconTrophy : IconX;
  const [first] = stages;
  if (!first) return null;
  const here = lead.stage_kind === kind;
  const look = {
    variant: here ? 'filled' : 'default', color: kind === 'won' ? 'teal.9' : 'red.9', disabled: disabled && !here, leftSection: <Mark size={14} aria-hidden />,
    'aria-pressed': here,
  } as const;
  if (stages.length === 1) return <Button {...look} onClick={() => !here && move(first)}>{first.name}</Button>;
  return (
    <Menu position="bottom-end">
      <Menu.Target><Button {...look} rightSection={<IconChevronDown size={13} aria-hidden />}>{here ? stages.find(({ id }) => id === lead.stage_id)?.name : t(`kind.${kind}`)}</Button></Menu.Target>
      <Menu.Dropdown>{stages.map((stage) => <Menu.Item key={stage.id} disabled={stage.id === lead.stage_id} onClick={() => move(stage)}>{stage.name}</Menu.Item>)}</Menu.Dropdown>
    </Menu>
  );
}
