import type { UseFormReturnType } from '@mantine/form';
import { useState } from 'react';
import { isProblem } from '@/api/problem';
import { faultText } from '@/ui/problemText';

/** The API's name of a field may be longer than the form's: `emails[0].address` is `email`. */
type Places = Record<string, string>;

/** Sends a form. What is refused is told at its field; what has no field here stays to be told above them. */
export function useSubmit<V extends Record<string, unknown>>(form: UseFormReturnType<V>, work: (values: V) => Promise<unknown>, places: Places = {}) {
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  function refused(error: unknown) {
    // Of several faults of a field the first is told; that it is empty says more than that it is too short.
    const told = isProblem(error) ? error.fields.toSorted((a, b) => Number(b.code === 'required') - Number(a.code === 'required')) : [];
    const faults = told.map((fault) => [placeOf(fault.field, form.values, places), faultText(fault)] as const);
    const at = faults.filter((pair): pair is [string, string] => pair[0] !== null);
    form.setErrors(Object.fromEntries(at.toReversed()));
    const [first] = at;
    if (first) setTimeout(() => form.getInputNode(first[0] as never)?.focus());
    setProblem(isProblem(error, 422) && at.length > 0 && at.length === told.length ? null : error);
  }

  const submit = form.onSubmit((values) => {
    setBusy(true);
    setProblem(null);
    work(values).catch(refused).finally(() => setBusy(false));
  });
  return { submit, busy, problem };
}

/** Which of the form's fields an error belongs to: itself, or the one that it is a part of. */
export function placeOf(field: string, values: Record<string, unknown>, places: Places = {}): string | null {
  const known = places[field] ?? field;
  const whole = known.split(/[.[]/)[0] ?? known;
  return [known, places[whole] ?? whole].find((name) => name in values) ?? null;
}
