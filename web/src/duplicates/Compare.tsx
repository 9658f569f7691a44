import { Alert, Anchor, Button, Group, Radio, Text } from '@mantine/core';
import { IconArrowMerge, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, take, type Schemas } from '@/api/client';
import { useMay } from '@/auth/hooks';
import { useFormat } from '@/ui/format';
import { Initials } from '@/ui/Initials';
import { problemText } from '@/ui/problemText';
import { choicesOf, type Pair, type Row, rowsOf, type Side, type Sides, sidesOf } from './compare';
import { type Duplicate, dismiss, merge } from './data';
import { Score } from './DuplicatesPage';
import classes from './Duplicates.module.css';
import { useFieldText } from './useFieldText';

type Contact = Schemas['Contact'];
const BOTH = [0, 1] as const;

/** The two side by side: what is kept is chosen field by field. */
export function Compare({ pair }: { pair: Duplicate }) {
  const { t } = useTranslation('duplicates');
  const both = pair.contacts as unknown as Pair;
  const rows = useMemo(() => rowsOf(both), [both]);
  const [sides, setSides] = useState<Sides>(() => sidesOf(rows, both));
  const [survivor, setSurvivor] = useState<Side>(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const mayWrite = useMay('contacts:write');
  const text = useFieldText(both);
  const all = (side: Side) => setSides(Object.fromEntries(Object.keys(sides).map((key) => [key, side])));
  function go() {
    setBusy(true);
    setProblem(null);
    merge(pair, both[survivor].id, choicesOf(sides, both)).catch(setProblem).finally(() => setBusy(false));
  }
  return (
    <section className={classes.compare} aria-label={t('compare')}>
      <div className={classes.why}>
        <Score score={pair.score} />
        {pair.reasons.map(({ reason, detail, points }) => <span key={reason} title={`+${points}`}><b>{t(`reason.${reason}`)}</b> <span dir="auto">{detail}</span></span>)}
      </div>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('fields')}>
        <table className={classes.table}>
          <thead>
            <tr>
              <td />
              {BOTH.map((side) => (
                <th key={side} scope="col">
                  <Person contact={both[side]} />
                  {mayWrite && <Radio size="xs" mt={6} name="survivor" label={t('survivor')} aria-label={`${t('survivor')}: ${side + 1}`} checked={survivor === side} onChange={() => setSurvivor(side)} />}
                  {mayWrite && Object.keys(sides).length > 1 && <Button size="compact-xs" variant="subtle" mt={4} ml={-6} onClick={() => all(side)}>{t('all')}</Button>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => <FieldRow key={row.key} row={row} side={sides[row.key]} choose={(side) => setSides({ ...sides, [row.key]: side })} label={text.label(row.key)} show={text.show} readOnly={!mayWrite} />)}
          </tbody>
        </table>
      </div>
      {problem !== null && <Alert color="red" variant="light" role="alert">{problemText(problem)}</Alert>}
      {mayWrite && (
        <Group className={classes.foot}>
          <Text size="xs" c="dimmed" flex={1} miw={200}>{t('text')}</Text>
          <Button size="sm" variant="default" leftSection={<IconX size={16} />} onClick={() => dismiss(pair)}>{t('dismiss')}</Button>
          <Button size="sm" loading={busy} leftSection={<IconArrowMerge size={16} />} onClick={go}>{t('merge')}</Button>
        </Group>
      )}
    </section>
  );
}

/** Who it is, and how much is known. */
function Person({ contact }: { contact: Contact }) {
  const { t } = useTranslation('duplicates');
  const { number, day } = useFormat();
  const { data } = useQuery({ queryKey: ['client', contact.id, '360'], queryFn: () => take(api.GET('/api/v1/contacts/{id}/360', { params: { path: { id: contact.id } } })) });
  const touches = data?.channels.reduce((sum, { interactions }) => sum + interactions, 0);
  return (
    <Group gap={10} wrap="nowrap" className={classes.who}>
      <Initials name={contact.display_name} size={32} />
      <div style={{ minWidth: 0 }}>
        <Anchor component={Link} to={`/contacts/${contact.id}` as '/contacts'} c="inherit" fw={600} size="sm" dir="auto">{contact.display_name}</Anchor>
        <Text size="xs" c="dimmed" fw={400}>{t('since', { day: day(contact.created_at) })}{touches !== undefined && ` · ${t('touches', { count: touches, number: number(touches) })}`}{data && data.open_leads.length > 0 && ` · ${t('leads', { count: data.open_leads.length })}`}</Text>
      </div>
    </Group>
  );
}

interface RowProps {
  row: Row;
  side: Side | undefined;
  choose: (side: Side) => void;
  label: string;
  show: (key: string, value: unknown) => string;
  readOnly: boolean;
}

function FieldRow({ row, side, choose, label, show, readOnly }: RowProps) {
  const { t } = useTranslation('duplicates');
  return (
    <tr data-kind={row.kind}>
      <th scope="row">{label}{row.kind === 'joined' && <small>{t(row.key === 'consents' ? 'newer' : 'joined')}</small>}</th>
      {BOTH.map((one) => {
        const shown = show(row.key, row.values[one]);
        if (row.kind !== 'choice' || readOnly) return <td key={one} dir="auto">{shown || '—'}</td>;
        return (
          <td key={one} data-chosen={side === one || undefined} onClick={() => choose(one)}>
            <Radio size="xs" name={row.key} label={<span dir="auto">{shown || '—'}</span>} aria-label={`${label}: ${shown || t('ui:empty.value')}`} checked={side === one} onChange={() => choose(one)} />
          </td>
        );
      })}
    </tr>
  );
}
