import { Group, NumberInput, Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { decimals, toMinor } from '@/ui/format';
import { isPiece, type Piece, put } from '../model';
import { readSpan, type Unit, UNITS, writeSpan } from '../span';
import { Day, Num, One, useShared, type ValueProps } from './basic';

const piece = (value: unknown): Piece => (isPiece(value) ? value : {});

/** A word between two inputs. */
export function Word({ children }: { children: string }) {
  return <Text size="xs" c="dimmed" component="span">{children}</Text>;
}

/** A length of time, such as 30 days. */
export function Span({ label, path, value, change }: ValueProps) {
  const { t } = useTranslation('segments');
  const shared = useShared(label, path);
  const { count, unit } = readSpan(value);
  const units = unit === 's' ? ['s', ...UNITS] : UNITS;
  return (
    <Group gap={4} wrap="nowrap">
      <NumberInput {...shared} w={64} min={0} allowDecimal={false} hideControls value={count} onChange={(next) => change(writeSpan(next === '' ? '' : Number(next), unit))} />
      <Select {...shared} aria-label={t('unit')} w={104} allowDeselect={false} value={unit} data={units.map((one) => ({ value: one, label: t(`unit.${one}`) }))}
        onChange={(next) => change(writeSpan(count === '' ? 1 : count, (next ?? 'd') as Unit))} />
    </Group>
  );
}

/** When: the last so long, longer ago than that, or from a day to a day. */
export function Window({ label, path, value, change }: ValueProps) {
  const { t } = useTranslation('segments');
  const window = piece(value);
  const mode = window.last !== undefined ? 'last' : window.before_last !== undefined ? 'before_last' : 'between';
  const begin = { last: { last: '30d' }, before_last: { before_last: '30d' }, between: {} };
  return (
    <Group gap={6}>
      <One label={label} path={`${path}.mode`} value={mode} change={(next) => change(begin[next as keyof typeof begin])} width={150}
        options={['last', 'before_last', 'between'].map((one) => ({ value: one, label: t(`window.${one}`) }))} />
      {mode === 'between' ? (
        <>
          <Word>{t('window.from')}</Word><Day label={`${label}: ${t('window.from')}`} path={path} value={window.from} change={(from) => change(put(window, 'from', from))} />
          <Word>{t('window.to')}</Word><Day label={`${label}: ${t('window.to')}`} path={path} value={window.to} change={(to) => change(put(window, 'to', to))} />
        </>
      ) : <Span label={label} path={path} value={window[mode]} change={(span) => change({ [mode]: span })} />}
    </Group>
  );
}

interface EndsProps extends ValueProps {
  of: 'number' | 'span';
  /** Other values that stand beside the ends. */
  children?: React.ReactNode;
}

/** From at least so much to at most so much; one of the two is enough. */
export function Ends({ label, path, value, change, of }: EndsProps) {
  const { t } = useTranslation('segments');
  const range = piece(value);
  const Input = of === 'span' ? Span : Num;
  return (
    <Group gap={6}>
      {(['at_least', 'at_most'] as const).map((end) => (
        <Group gap={6} key={end} wrap="nowrap">
          <Word>{t(`op.${end}`)}</Word>
          <Input label={`${label}: ${t(`op.${end}`)}`} path={range[end] === undefined ? path : `${path}.${end}`} value={range[end]}
            change={(next) => change(put(range, end, next))} {...(of === 'number' ? { width: 72, decimals: false } : {})} />
        </Group>
      ))}
    </Group>
  );
}

const CURRENCIES = ['EUR', 'USD', 'GBP', 'BRL', 'RUB', 'CHF', 'PLN', 'CZK', 'SEK', 'NOK', 'DKK', 'JPY', 'CNY', 'INR', 'KZT', 'UAH', 'TRY', 'AED', 'CAD', 'AUD', 'MXN'];

export function Currency({ label, path, value, change }: ValueProps) {
  return <One label={label} path={path} value={value} change={change} width={84} options={CURRENCIES.map((code) => ({ value: code, label: code }))} />;
}

interface AmountProps extends ValueProps {
  currency: string;
}

/** Minor units, written in major ones. */
export function Amount({ label, path, value, change, currency }: AmountProps) {
  const scale = 10 ** decimals(currency);
  return <Num label={label} path={path} width={104} value={typeof value === 'number' ? value / scale : undefined}
    change={(next) => change(typeof next === 'number' ? toMinor(next, currency) : undefined)} />;
}

/** `{currency, at_least, at_most}`. */
export function MoneyEnds({ label, path, value, change }: ValueProps) {
  const { t } = useTranslation('segments');
  const range = piece(value);
  const currency = String(range.currency ?? 'EUR');
  return (
    <Group gap={6}>
      <Currency label={t('currency')} path={`${path}.currency`} value={range.currency} change={(next) => change(put(range, 'currency', next))} />
      {(['at_least', 'at_most'] as const).map((end) => (
        <Group gap={6} key={end} wrap="nowrap">
          <Word>{t(`op.${end}`)}</Word>
          <Amount label={`${label}: ${t(`op.${end}`)}`} path={path} currency={currency} value={range[end]} change={(next) => change(put({ ...range, currency }, end, next))} />
        </Group>
      ))}
    </Group>
  );
}

/** `{amount, currency}`. */
export function Money({ label, path, value, change }: ValueProps) {
  const { t } = useTranslation('segments');
  const money = piece(value);
  const currency = String(money.currency ?? 'EUR');
  return (
    <Group gap={4} wrap="nowrap">
      <Amount label={label} path={path} currency={currency} value={money.amount} change={(amount) => change(amount === undefined ? undefined : { amount, currency })} />
      <Currency label={t('currency')} path={path} value={currency} change={(next) => change(put({ ...money, currency: next }, 'amount', money.amount))} />
    </Group>
  );
}
