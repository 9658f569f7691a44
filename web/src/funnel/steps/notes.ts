import type { TFunction } from 'i18next';

/** The API's words for segments whose rule can no longer be read. */
const BROKEN = /^These segments are broken and have no row: (.+)\.$/;
/** Its words for rows that overlap, which stand above the rows. */
const OVERLAP = /rows overlap, and their sum is not the total\.$/;

/** What must be known to read a report, in the person's language; what is new to us as the API says it. */
export function notesOf({ notes }: { notes: readonly string[] }, t: TFunction<'funnel'>): string[] {
  return notes.filter((note) => !OVERLAP.test(note)).map((note) => {
    const [, names] = BROKEN.exec(note) ?? [];
    return names ? t('funnel:broken', { names }) : note;
  });
}
