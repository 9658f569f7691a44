import { api, take, type Schemas } from '@/api/client';
import { saveText } from '@/ui/download';
import type { Segment } from '../data';
import { type Split, splitQuery } from './split';

/** A cell of CSV. What a spreadsheet would take for a formula is kept from being one. */
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function row({ id, display_name, emails, phones }: Schemas['Contact']): string {
  const email = emails.find(({ primary }) => primary) ?? emails[0];
  const phone = phones.find(({ primary }) => primary) ?? phones[0];
  // A phone number begins with a plus that every importer expects.
  return [id, cell(display_name), cell(email?.address ?? ''), phone?.number ?? ''].join(',');
}

/** One side of a split as a file; exports of the API know no sides. */
export async function exportSide(segment: Segment, split: Split): Promise<void> {
  const lines = ['id,name,email,phone'];
  let cursor: string | undefined;
  do {
    const query = { ...splitQuery(split), limit: 200, ...(cursor ? { cursor } : {}) };
    const page = await take(api.GET('/api/v1/segments/{id}/members', { params: { path: { id: segment.id }, query } }));
    lines.push(...page.items.map(row));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  saveText(`${lines.join('\r\n')}\r\n`, `${segment.name} ${split.side} ${split.percent}%.csv`);
}
