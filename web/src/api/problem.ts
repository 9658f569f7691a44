/** A problem as the API describes it (RFC 9457), or one of ours where it did not get so far. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: readonly FieldProblem[] = [],
    readonly requestId: string | null = null,
  ) {
    super(message);
    this.name = 'Problem';
  }

  static of(response: Response, body: unknown): Problem {
    const told = isRecord(body) ? body : {};
    const fields = Array.isArray(told.errors) ? told.errors.filter(isFieldProblem) : [];
    const message = text(told.detail) ?? text(told.title) ?? response.statusText ?? '';
    return new Problem(response.status, text(told.code) ?? 'unknown', message, fields, text(told.request_id) ?? null);
  }
}

export interface FieldProblem {
  field: string;
  code: string;
  message: string;
  /** The numbers and words of the message. */
  params?: Record<string, unknown> | null;
}

/** Whether nobody answered: the server is down or the network is. */
export function isOffline(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof Problem && [502, 503, 504].includes(error.status));
}

export function isProblem(error: unknown, ...statuses: number[]): error is Problem {
  return error instanceof Problem && (statuses.length === 0 || statuses.includes(error.status));
}

/** Messages by field, as Mantine's forms take them. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof Problem)) return {};
  return Object.fromEntries(error.fields.map(({ field, message }) => [field, message]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value.field === 'string' && typeof value.message === 'string';
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
