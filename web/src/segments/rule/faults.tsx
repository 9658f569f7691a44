import { Text } from '@mantine/core';
import { createContext, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import type { FieldProblem } from '@/api/problem';

/** What the API says of the rule that is being built: its faults, and how many there are of each condition alone. */
export interface Told {
  faults: readonly FieldProblem[];
  counts: ReadonlyMap<string, number>;
  readOnly: boolean;
}

export const ToldContext = createContext<Told>({ faults: [], counts: new Map(), readOnly: false });

const KNOWN = ['required', 'choice', 'unknown', 'format', 'type', 'range', 'length', 'depth', 'cycle', 'deleted', 'currency'];

/** Whether a fault lies at the place or within it. */
export function within(place: string, path: string): boolean {
  return place === path || (place.startsWith(path) && '.['.includes(place.charAt(path.length)));
}

export function useTold(): Told {
  return useContext(ToldContext);
}

/** In English the API's own words, which are the most exact; else what kind of fault it is. */
export function useFaultText() {
  const { t, i18n } = useTranslation('segments');
  return ({ code, message }: FieldProblem) => (i18n.language === 'en' || !KNOWN.includes(code) ? message : t(`fault.${code}`));
}

/** What is wrong at a place of the rule, or below it. */
export function useFault(path: string, exact = false): string | undefined {
  const { faults } = useTold();
  const text = useFaultText();
  const found = faults.find(({ field }) => (exact ? field === path : within(field, path)));
  return found && text(found);
}

/** Stands where the fault is. */
export function Fault({ path, exact }: { path: string; exact?: boolean }) {
  const fault = useFault(path, exact);
  return fault ? <Text size="xs" c="var(--tl-bad)" data-fault={path}>{fault}</Text> : null;
}
