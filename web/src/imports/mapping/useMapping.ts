import { useDebouncedCallback } from '@mantine/hooks';
import { useCallback, useRef, useState } from 'react';
import { type FieldProblem, isProblem } from '@/api/problem';
import { notifyProblem } from '@/ui/notify';
import { type Import, type Mapping, setMapping } from '../data';

const REST_MS = 500;

/** The decisions about a draft: kept by the server as soon as somebody rests, so that nothing is lost. */
export function useMapping(found: Import) {
  const [mapping, setShown] = useState(found.mapping);
  const [faults, setFaults] = useState<readonly FieldProblem[]>([]);
  const unsaved = useRef<Mapping | null>(null);

  const save = useCallback(async (): Promise<boolean> => {
    const next = unsaved.current;
    if (!next) return true;
    unsaved.current = null;
    try {
      await setMapping(found.id, next);
      setFaults([]);
      return true;
    } catch (error) {
      unsaved.current ??= next;
      tell(error, setFaults);
      return false;
    }
  }, [found.id]);
  const later = useDebouncedCallback(() => void save(), REST_MS);

  function change(next: Mapping) {
    unsaved.current = next;
    setShown(next);
    later();
  }
  return { mapping, change, faults, save, refuse: (error: unknown) => tell(error, setFaults) };
}

function tell(error: unknown, set: (faults: readonly FieldProblem[]) => void) {
  if (isProblem(error, 422) && error.fields.length > 0) set(error.fields);
  else notifyProblem(error);
}
