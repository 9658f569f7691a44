import i18n from 'i18next';
import { type FieldProblem, isOffline, Problem } from '@/api/problem';

/** Refusals of the whole that have words of their own in each language. */
const KNOWN = ['already_exists', 'in_use', 'conflict', 'identity_taken', 'precondition_failed', 'too_large', 'internal', 'unavailable', 'setup_done', 'invalid_credentials'];
/** What can be wrong with a field. */
const FAULTS = ['required', 'length', 'format', 'range', 'choice', 'unknown', 'duplicate', 'type', 'forbidden', 'guessable', 'same', 'blocked', 'wrong'];

/** English people read the server's own words, which say most; others read theirs. */
const isEnglish = () => (i18n.language ?? 'en').startsWith('en');

/** What is wrong with one field, in the person's language where the code tells enough. */
export function faultText({ code, message, params }: FieldProblem): string {
  if (isEnglish() || !FAULTS.includes(code)) return message;
  const { min, max, allowed } = bounds(message, params ?? {});
  const bounded = code === 'length' || code === 'range';
  if (bounded && min && max) return i18n.t(`app:fault.${code}.between`, { min, max });
  if (bounded && max) return i18n.t(`app:fault.${code}.most`, { max });
  if (code === 'choice' && allowed) return i18n.t('app:fault.choice.of', { allowed });
  return (code === 'format' && formatText(message)) || i18n.t(`app:fault.${code}`);
}

/** The example in the server's words is good in every language. */
function formatText(message: string): string | undefined {
  if (message.endsWith('e-mail address')) return i18n.t('app:fault.format.email');
  const example = /\b(?:such as|like) ([^\s,]+)/.exec(message)?.[1];
  return example && i18n.t('app:fault.format.like', { example });
}

/** The bounds that the server tells, or else those in its words. */
function bounds(message: string, { min, max, allowed }: Record<string, unknown>) {
  const shown = (value: unknown) => (typeof value === 'number' ? value.toLocaleString(i18n.language) : value == null ? undefined : String(value));
  const [least, most] = /(-?[\d,.]*\d) (?:to|and) (-?[\d,.]*\d)/.exec(message)?.slice(1) ?? [];
  return {
    min: shown(min) ?? least,
    max: shown(max) ?? most ?? /at most (-?[\d,.]*\d)/.exec(message)?.[1],
    allowed: Array.isArray(allowed) ? allowed.join(', ') : undefined,
  };
}

/** What went wrong, in the person's language where we know it, else in the server's words. */
export function problemText(error: unknown): string {
  if (isOffline(error)) return i18n.t('app:error.offline');
  if (!(error instanceof Problem)) return i18n.t('app:error.unknown');
  if (error.status === 403) return i18n.t('app:error.forbidden');
  if (error.status === 404) return i18n.t('app:error.missing');
  if (error.status === 429) return i18n.t('app:error.many');
  const told = error.fields.map((fault) => `${fault.field}: ${faultText(fault)}`).join('; ');
  if (told) return told;
  if (!isEnglish() && KNOWN.includes(error.code)) return i18n.t(`app:error.code.${error.code}`);
  return error.message || i18n.t('app:error.unknown');
}
