import type { Schemas } from '@/api/client';
import { fromLocal, toLocal } from '@/ui/zone';

export const KINDS = ['note', 'call', 'meeting', 'store', 'message', 'task'] as const;
export type Kind = (typeof KINDS)[number];

/** What somebody is writing about a client. */
export interface Draft {
  kind: Kind;
  body: string;
  channel: Schemas['Channel'];
  direction: 'inbound' | 'outbound';
  minutes: number | '';
  /** When it happened, as an input has it; empty for now. */
  at: string;
  due: string;
  lead: string;
}

export function emptyDraft(kind: Kind = 'note'): Draft {
  return { kind, body: '', channel: 'email', direction: 'outbound', minutes: '', at: '', due: tomorrow(), lead: '' };
}

/** Nine in the morning of the next day, as an input has it. */
function tomorrow(): string {
  return `${toLocal(new Date(Date.now() + 86_400_000)).slice(0, 10)}T09:00`;
}

const key = (contactId: string) => `touchline.draft.${contactId}`;

/** What was written and not sent is still there after a reload. */
export function restore(contactId: string): Draft {
  try {
    return { ...emptyDraft(), ...JSON.parse(sessionStorage.getItem(key(contactId)) ?? '{}') };
  } catch {
    return emptyDraft();
  }
}

export function store(contactId: string, draft: Draft) {
  if (draft.body === '') sessionStorage.removeItem(key(contactId));
  else sessionStorage.setItem(key(contactId), JSON.stringify(draft));
}

const SUBJECT_LENGTH = 120;

/** The first line, where it is short, is the subject. */
export function split(text: string): { subject?: string; body?: string } {
  const [first = '', ...rest] = text.trim().split('\n');
  if (first.length > SUBJECT_LENGTH) return { body: text.trim() };
  const body = rest.join('\n').trim();
  return { ...(first ? { subject: first } : {}), ...(body ? { body } : {}) };
}

function instant(local: string): string | undefined {
  const date = fromLocal(local);
  return local === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

export function toInteraction(draft: Draft, contactId: string): Schemas['NewInteraction'] {
  const channel = draft.kind === 'message' ? draft.channel : (draft.kind as Schemas['Channel']);
  const directed = draft.kind === 'message' || draft.kind === 'call';
  const timed = draft.kind === 'call' || draft.kind === 'meeting';
  const text = draft.kind === 'note' ? { body: draft.body.trim() } : split(draft.body);
  return {
    contact: { id: contactId }, channel, ...text,
    ...(directed ? { direction: draft.direction } : {}),
    ...(timed && draft.minutes ? { duration_seconds: draft.minutes * 60 } : {}),
    ...(draft.lead ? { lead_id: draft.lead } : {}),
    ...(draft.kind !== 'note' && instant(draft.at) ? { occurred_at: instant(draft.at) } : {}),
  } as Schemas['NewInteraction'];
}

export function toTask(draft: Draft, contactId: string, assignee: string): Schemas['NewTask'] {
  const { subject, body } = split(draft.body);
  return {
    contact_id: contactId, title: subject ?? draft.body.trim().slice(0, SUBJECT_LENGTH), body: body ?? null,
    due_at: instant(draft.due) ?? null, assignee_id: assignee, lead_id: draft.lead || null,
  };
}
