import { Alert } from '@mantine/core';
import { problemText } from '@/ui/problemText';

export function ProblemAlert({ problem }: { problem: unknown }) {
  return problem === null ? null : <Alert color="red" variant="light" role="alert">{problemText(problem)}</Alert>;
}
