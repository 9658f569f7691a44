import { ActionIcon, Button, Menu, SegmentedControl, Tooltip } from '@mantine/core';
import {
  IconAlertCircle, IconArrowsSplit2, IconForms, IconListTree, IconMailCheck, IconPlus, IconRoute, IconStars, IconTag, IconTargetArrow, IconTrash, IconTimeline, IconUsersGroup, type Icon,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '@/ui/format';
import { ConditionBody } from './ConditionBody';
import { Fault, useTold, within } from './faults';
import { begin, childPath, type Condition, conditionOf, entriesOf, type Join, joinOf, peel, type Piece, wrap } from './model';
import classes from './Rule.module.css';

const ICONS: Record<Condition | 'group', Icon> = {
  field: IconForms, tag: IconTag, consent: IconMailCheck, touchpoints: IconTimeline, sequence: IconRoute, leads: IconTargetArrow, rfm: IconStars, segment: IconUsersGroup, group: IconListTree,
};

interface Props {
  node: Piece;
  path: string;
  change: (node: Piece) => void;
  remove?: () => void;
  depth?: number;
}

/** A condition or a group of them, with or without a `not`. */
export function RuleNode(props: Props) {
  const { negated, inner } = peel(props.node);
  const path = negated ? `${props.path}.not` : props.path;
  return joinOf(inner) ? <RuleGroup {...props} negated={negated} inner={inner} at={path} /> : <RuleCondition {...props} negated={negated} inner={inner} at={path} />;
}

interface PeeledProps extends Props {
  negated: boolean;
  inner: Piece;
  /** The place of what is inside the `not`. */
  at: string;
}

function RuleGroup({ path, change, remove, depth = 0, negated, inner, at }: PeeledProps) {
  const { t } = useTranslation('segments');
  const { readOnly } = useTold();
  const join = joinOf(inner) as Join;
  const entries = entriesOf(inner);
  const set = (next: Piece[], by: Join = join) => change(wrap({ [by]: next }, negated));
  return (
    <div className={classes.group} role="group" aria-label={t(negated ? `join.not.${join}` : `join.${join}`)} data-depth={depth % 3}>
      <div className={classes.groupHead}>
        <SegmentedControl size="xs" value={join} disabled={readOnly} onChange={(next) => set(entries, next as Join)} aria-label={t('join')}
          data={(['all', 'any'] as const).map((value) => ({ value, label: t(`join.${value}`) }))} />
        <Not negated={negated} toggle={() => change(wrap(inner, !negated))} />
        <Alone path={path} />
        {remove && !readOnly && <ActionIcon aria-label={t('group.remove')} onClick={remove}><IconTrash size={15} /></ActionIcon>}
      </div>
      {entries.map((entry, index) => (
        <div key={index}>
          {index > 0 && <div className={classes.joint} aria-hidden>{t(`joint.${join}`)}</div>}
          <RuleNode node={entry} path={childPath(at, join, index)} depth={depth + 1} change={(next) => set(entries.map((other, place) => (place === index ? next : other)))}
            remove={() => set(entries.filter((_, place) => place !== index))} />
        </div>
      ))}
      <Fault path={`${at}.${join}`} exact />
      <Fault path={at} exact />
      {!readOnly && <Add add={(what) => set([...entries, begin(what)])} />}
    </div>
  );
}

function RuleCondition({ path, change, remove, negated, inner, at }: PeeledProps) {
  const { t } = useTranslation('segments');
  const { readOnly } = useTold();
  const kind = conditionOf(inner) ?? 'field';
  const Mark = ICONS[kind];
  return (
    <div className={classes.condition} role="group" aria-label={t(`condition.${kind}`)} data-negated={negated || undefined}>
      <div className={classes.name}><Mark size={15} stroke={1.7} aria-hidden /><span>{t(`condition.${kind}`)}</span></div>
      <div className={classes.body}><ConditionBody node={inner} path={at} change={(next) => change(wrap(next, negated))} /></div>
      <div className={classes.tools}>
        <Alone path={path} />
        <Not negated={negated} toggle={() => change(wrap(inner, !negated))} />
        {remove && !readOnly && <ActionIcon aria-label={t('condition.remove')} onClick={remove}><IconTrash size={15} /></ActionIcon>}
      </div>
    </div>
  );
}

/** How many there are of this condition alone. */
function Alone({ path }: { path: string }) {
  const { t } = useTranslation('segments');
  const { number } = useFormat();
  const { counts, faults } = useTold();
  const count = counts.get(path);
  if (faults.some(({ field }) => within(field, path))) return <IconAlertCircle size={15} color="var(--tl-bad)" aria-hidden style={{ marginLeft: 'auto' }} />;
  return <Tooltip label={t('alone')}><span className={classes.alone}>{count === undefined ? '' : number(count)}</span></Tooltip>;
}

function Not({ negated, toggle }: { negated: boolean; toggle: () => void }) {
  const { t } = useTranslation('segments');
  const { readOnly } = useTold();
  return (
    <Button size="compact-xs" variant={negated ? 'filled' : 'subtle'} color={negated ? 'red.8' : 'gray'} aria-pressed={negated} disabled={readOnly} onClick={toggle}>{t('not')}</Button>
  );
}

const OFFERED: (Condition | 'group')[] = ['field', 'tag', 'consent', 'touchpoints', 'sequence', 'leads', 'rfm', 'segment', 'group'];

function Add({ add }: { add: (what: Condition | 'group') => void }) {
  const { t } = useTranslation('segments');
  return (
    <Menu position="bottom-start" width={300}>
      <Menu.Target><Button variant="light" size="compact-sm" leftSection={<IconPlus size={14} />} mt={8}>{t('condition.add')}</Button></Menu.Target>
      <Menu.Dropdown>
        {OFFERED.map((what) => {
          const Mark = what === 'group' ? IconArrowsSplit2 : ICONS[what];
          return (
            <Menu.Item key={what} leftSection={<Mark size={16} stroke={1.7} />} onClick={() => add(what)}>
              {t(`condition.${what}`)}<span className={classes.hint}>{t(`hint.${what}`)}</span>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
